import type {
  CreateDomainCommandInput,
  CreateDomainCommandOutput,
  DeleteDomainCommandInput,
  DescribeDomainCommandInput,
  DescribeDomainCommandOutput,
  ListDomainsCommandInput,
  ListDomainsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import type { DomainStore } from '../domain-store.ts';
import { checkResourceName, domainArn, newDomainId } from '../names.ts';
import type { Settler } from '../settle.ts';
import { pageOf } from './page.ts';
import { passRole } from './pass-role.ts';

/** What an operation answers, without what the SDK adds on the client's side. */
type Answer<Output> = Omit<Output, '$metadata'>;

export const domainOperations = (deps: {
  readonly domains: DomainStore;
  readonly settler: Settler;
}): readonly AnyOperation[] => {
  const { domains, settler } = deps;
  return [
    operation<CreateDomainCommandInput, Answer<CreateDomainCommandOutput>>({
      name: 'CreateDomain',
      access: (input, { caller, region }) => [
        {
          action: 'sagemaker:CreateDomain',
          resource: domainArn({ accountId: caller.accountId, region }, '*'),
        },
        ...passRole(input.DefaultUserSettings?.ExecutionRole),
      ],
      async handle(input, { caller, region }) {
        const name = checkResourceName('domainName', input.DomainName);
        if (input.AuthMode !== 'IAM') throw validationError('AuthMode must be IAM here.');
        const id = newDomainId();
        await domains.insert({ id, accountId: caller.accountId, name, settings: input });
        void settler.domain(caller.accountId, id);
        return { DomainId: id, DomainArn: domainArn({ accountId: caller.accountId, region }, id) };
      },
    }),
    operation<DescribeDomainCommandInput, Answer<DescribeDomainCommandOutput>>({
      name: 'DescribeDomain',
      access: ({ DomainId }, { caller, region }) => [
        {
          action: 'sagemaker:DescribeDomain',
          resource: domainArn({ accountId: caller.accountId, region }, DomainId ?? ''),
        },
      ],
      async handle({ DomainId }, { caller, region }) {
        const domain = await domains.get(caller.accountId, DomainId ?? '');
        const { Tags: _, ...settings } = domain.settings;
        return {
          ...settings,
          DomainId: domain.id,
          DomainArn: domainArn({ accountId: caller.accountId, region }, domain.id),
          Status: domain.status,
          ...(domain.failureReason === null ? {} : { FailureReason: domain.failureReason }),
          CreationTime: domain.createdAt,
          LastModifiedTime: domain.modifiedAt,
        };
      },
    }),
    operation<ListDomainsCommandInput, Answer<ListDomainsCommandOutput>>({
      name: 'ListDomains',
      access: (_, { caller, region }) => [
        {
          action: 'sagemaker:ListDomains',
          resource: domainArn({ accountId: caller.accountId, region }, '*'),
        },
      ],
      async handle(input, { caller, region }) {
        const { items, ...rest } = pageOf(await domains.list(caller.accountId), input);
        return {
          Domains: items.map((domain) => ({
            DomainId: domain.id,
            DomainArn: domainArn({ accountId: caller.accountId, region }, domain.id),
            DomainName: domain.name,
            Status: domain.status,
            CreationTime: domain.createdAt,
            LastModifiedTime: domain.modifiedAt,
          })),
          ...rest,
        };
      },
    }),
    operation<DeleteDomainCommandInput, Record<string, never>>({
      name: 'DeleteDomain',
      access: ({ DomainId }, { caller, region }) => [
        {
          action: 'sagemaker:DeleteDomain',
          resource: domainArn({ accountId: caller.accountId, region }, DomainId ?? ''),
        },
      ],
      async handle({ DomainId }, { caller }) {
        await domains.markDeleting(caller.accountId, DomainId ?? '');
        void settler.domain(caller.accountId, DomainId ?? '');
        return {};
      },
    }),
  ];
};
