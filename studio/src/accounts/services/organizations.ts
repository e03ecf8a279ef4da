import type {
  Account as AccountShape,
  CloseAccountCommandInput,
  DescribeAccountCommandInput,
  DescribeAccountResponse,
  ListAccountsCommandInput,
  ListAccountsResponse,
  ListParentsCommandInput,
  ListParentsResponse,
} from '@aws-sdk/client-organizations';
import { AwsError } from '../../wire/errors.ts';
import type { RpcService } from '../../wire/operation.ts';
import type { Account, AccountStore } from '../account-store.ts';
import { organization } from '../organization.ts';
import { optionalText, pageSize, requiredText } from './input.ts';
import { type ManagementDeps, managementOperation } from './management.ts';

const invalid = 'InvalidInputException';

export function createOrganizationsService(
  deps: ManagementDeps & {
    readonly accounts: AccountStore;
    /** Ends and removes what the closed account holds, in its own time. */
    readonly emptyAccount: (accountId: string) => void;
  },
): RpcService {
  const { accounts } = deps;
  const accountArn = (accountId: string): string =>
    `arn:aws:organizations::${deps.managementAccountId}:account/${organization.id}/${accountId}`;
  const get = async (value: unknown): Promise<Account> => {
    const account = await accounts.find(requiredText(value, 'AccountId', invalid));
    if (account) return account;
    throw new AwsError(
      'AccountNotFoundException',
      "You specified an account that doesn't exist in your organization.",
    );
  };
  const shapeOf = (account: Account): AccountShape => ({
    Id: account.accountId,
    Arn: accountArn(account.accountId),
    Email: account.email,
    Name: account.name,
    Status: account.status,
    State: account.status,
    JoinedMethod: account.kind === 'management' ? 'INVITED' : 'CREATED',
    JoinedTimestamp: account.joinedAt,
  });

  return {
    protocol: 'json',
    name: 'organizations',
    target: 'AWSOrganizationsV20161128',
    operations: [
      managementOperation<DescribeAccountCommandInput, DescribeAccountResponse>(deps, {
        name: 'DescribeAccount',
        action: 'organizations:DescribeAccount',
        resource: (input) => accountArn(String(input.AccountId)),
        handle: async (input) => ({ Account: shapeOf(await get(input.AccountId)) }),
      }),

      managementOperation<ListAccountsCommandInput, ListAccountsResponse>(deps, {
        name: 'ListAccounts',
        action: 'organizations:ListAccounts',
        handle: async (input) => {
          const limit = pageSize(input.MaxResults, 20, invalid);
          const found = await accounts.list({
            after: optionalText(input.NextToken, 'NextToken', invalid) ?? '',
            limit: limit + 1,
          });
          const page = found.slice(0, limit);
          return {
            Accounts: page.map(shapeOf),
            ...(found.length > limit && { NextToken: page.at(-1)?.accountId ?? '' }),
          };
        },
      }),

      managementOperation<ListParentsCommandInput, ListParentsResponse>(deps, {
        name: 'ListParents',
        action: 'organizations:ListParents',
        handle: async (input) => {
          const { organizationalUnitId } = await get(input.ChildId);
          const root = organizationalUnitId === organization.rootId;
          return {
            Parents: [{ Id: organizationalUnitId, Type: root ? 'ROOT' : 'ORGANIZATIONAL_UNIT' }],
          };
        },
      }),

      managementOperation<CloseAccountCommandInput, Record<string, never>>(deps, {
        name: 'CloseAccount',
        action: 'organizations:CloseAccount',
        resource: (input) => accountArn(String(input.AccountId)),
        handle: async (input) => {
          const account = await get(input.AccountId);
          if (account.kind !== 'tenant') {
            throw new AwsError(
              'ConstraintViolationException',
              'The accounts of the platform itself cannot be closed.',
            );
          }
          if (!(await accounts.close(account.accountId))) {
            throw new AwsError(
              'AccountAlreadyClosedException',
              'You attempted to close an account that is already closed.',
            );
          }
          deps.emptyAccount(account.accountId);
          return {};
        },
      }),
    ],
  };
}
