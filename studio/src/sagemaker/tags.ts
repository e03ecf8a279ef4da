import { z } from 'zod';
import type { AccessRequest } from '../iam/access.ts';
import { validationError } from '../wire/errors.ts';
import type { AnyOperation, OperationContext } from '../wire/operation.ts';
import { defineOperation } from './define-operation.ts';
import type { TagStore } from './tag-store.ts';
import { tagList } from './validation.ts';

const resourceArn = z
  .string()
  .max(256)
  .regex(/^arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:\d{12}:[a-z-]+\/.+$/u);

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const allow =
  (action: string) =>
  (
    { ResourceArn }: { readonly ResourceArn: string },
    { caller }: Pick<OperationContext, 'caller'>,
  ): AccessRequest[] => {
    if (accountOf(ResourceArn) !== caller.accountId) {
      throw validationError(`Could not find resource "${ResourceArn}".`);
    }
    return [{ action: `sagemaker:${action}`, resource: ResourceArn }];
  };

/** AddTags, ListTags, DeleteTags. `exists` answers for the resources kept here and passes the others. */
export const tagOperations = (deps: {
  readonly tags: TagStore;
  readonly exists: (arn: string) => Promise<boolean>;
}): readonly AnyOperation[] => {
  const found = async (arn: string): Promise<void> => {
    if (!(await deps.exists(arn))) throw validationError(`Could not find resource "${arn}".`);
  };
  return [
    defineOperation({
      name: 'AddTags',
      input: z.object({ ResourceArn: resourceArn, Tags: tagList }),
      access: allow('AddTags'),
      async handle({ ResourceArn, Tags }, { caller }) {
        await found(ResourceArn);
        await deps.tags.add(caller.accountId, ResourceArn, Tags);
        return { Tags: await deps.tags.of(ResourceArn) };
      },
    }),
    defineOperation({
      name: 'ListTags',
      input: z.object({ ResourceArn: resourceArn }),
      access: allow('ListTags'),
      async handle({ ResourceArn }) {
        await found(ResourceArn);
        return { Tags: await deps.tags.of(ResourceArn) };
      },
    }),
    defineOperation({
      name: 'DeleteTags',
      input: z.object({
        ResourceArn: resourceArn,
        TagKeys: z.array(z.string().min(1).max(128)).min(1).max(50),
      }),
      access: allow('DeleteTags'),
      async handle({ ResourceArn, TagKeys }) {
        await found(ResourceArn);
        await deps.tags.remove(ResourceArn, TagKeys);
        return {};
      },
    }),
  ];
};
