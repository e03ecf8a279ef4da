import { baselineStackSetName } from '@atelier/account-baseline';
import type {
  DescribeStackInstanceOutput,
  ListStackInstancesOutput,
} from '@aws-sdk/client-cloudformation';
import type { Database } from '../../database.ts';
import type { Input } from '../../iam/input.ts';
import { AwsError } from '../../wire/errors.ts';
import type { RpcService } from '../../wire/operation.ts';
import { optionalText, pageSize, requiredText } from './input.ts';
import { type ManagementDeps, managementOperation } from './management.ts';

const invalid = 'ValidationError';

interface Row {
  account_id: string;
  stack_id: string;
  status: 'CURRENT' | 'OUTDATED' | 'INOPERABLE';
  detailed_status: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'INOPERABLE';
  reason: string | null;
  organizational_unit_id: string;
}

/** CloudFormation as far as one StackSet goes: the baseline's instances. */
export function createStackInstancesService(
  deps: ManagementDeps & { readonly database: Database; readonly region: string },
): RpcService {
  const stackSetArn = `arn:aws:cloudformation:${deps.region}:${deps.managementAccountId}:stackset/${baselineStackSetName}`;

  async function find(filter: {
    accountId: string | null;
    after: string;
    limit: number;
  }): Promise<readonly Row[]> {
    const { rows } = await deps.database.query<Row>(
      `select s.*, a.organizational_unit_id from stack_instances s join accounts a using (account_id)
       where ($1::text is null or account_id = $1) and account_id > $2 order by account_id limit $3`,
      [filter.accountId, filter.after, filter.limit],
    );
    return rows;
  }

  const shapeOf = (row: Row) => ({
    StackSetId: `${baselineStackSetName}:${organizationSuffix}`,
    Region: deps.region,
    Account: row.account_id,
    StackId: row.stack_id,
    Status: row.status,
    StackInstanceStatus: { DetailedStatus: row.detailed_status },
    ...(row.reason && { StatusReason: row.reason }),
    OrganizationalUnitId: row.organizational_unit_id,
  });

  return {
    protocol: 'query',
    name: 'cloudformation',
    target: '2010-05-15',
    operations: [
      managementOperation<Input, ListStackInstancesOutput>(deps, {
        name: 'ListStackInstances',
        action: 'cloudformation:ListStackInstances',
        resource: () => stackSetArn,
        handle: async (input) => {
          mustBeTheBaseline(input.StackSetName);
          const region = optionalText(input.StackInstanceRegion, 'StackInstanceRegion', invalid);
          if (region !== null && region !== deps.region) return { Summaries: [] };
          const limit = pageSize(input.MaxResults, 100, invalid);
          const found = await find({
            accountId: optionalText(input.StackInstanceAccount, 'StackInstanceAccount', invalid),
            after: optionalText(input.NextToken, 'NextToken', invalid) ?? '',
            limit: limit + 1,
          });
          const page = found.slice(0, limit);
          return {
            Summaries: page.map(shapeOf),
            ...(found.length > limit && { NextToken: page.at(-1)?.account_id ?? '' }),
          };
        },
      }),

      managementOperation<Input, DescribeStackInstanceOutput>(deps, {
        name: 'DescribeStackInstance',
        action: 'cloudformation:DescribeStackInstance',
        resource: () => stackSetArn,
        handle: async (input) => {
          mustBeTheBaseline(input.StackSetName);
          const accountId = requiredText(
            input.StackInstanceAccount,
            'StackInstanceAccount',
            invalid,
          );
          const region = requiredText(input.StackInstanceRegion, 'StackInstanceRegion', invalid);
          const [row] = await find({ accountId, after: '', limit: 1 });
          if (!row || region !== deps.region) {
            throw new AwsError(
              'StackInstanceNotFoundException',
              `Stack instance for stack set ${baselineStackSetName}, account ${accountId} and region ${region} not found`,
              { status: 404 },
            );
          }
          return { StackInstance: shapeOf(row) };
        },
      }),
    ],
  };
}

const organizationSuffix = 'a7e11e00-0000-4000-8000-000000000001';

function mustBeTheBaseline(name: unknown): void {
  const text = requiredText(name, 'StackSetName', invalid);
  if (text === baselineStackSetName || text.startsWith(`${baselineStackSetName}:`)) return;
  throw new AwsError('StackSetNotFoundException', `StackSet ${text} not found`, { status: 404 });
}
