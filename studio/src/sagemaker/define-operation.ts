import type { z } from 'zod';
import type { AccessRequest } from '../iam/access.ts';
import { type AnyOperation, type OperationContext, operation } from '../wire/operation.ts';
import { sagemakerService } from './names.ts';
import { read } from './validation.ts';

/** An operation whose input is read once by its schema, before anybody asks what the caller may do. */
export const defineOperation = <Schema extends z.ZodType, Output>(definition: {
  readonly name: string;
  readonly input: Schema;
  readonly access: (
    input: z.output<Schema>,
    context: Omit<OperationContext, 'authorize'>,
  ) => readonly AccessRequest[] | Promise<readonly AccessRequest[]>;
  readonly handle: (input: z.output<Schema>, context: OperationContext) => Promise<Output>;
}): AnyOperation => {
  const inputs = new WeakMap<object, z.output<Schema>>();
  const readOnce = (raw: object): z.output<Schema> => {
    const known = inputs.get(raw);
    if (known !== undefined) return known;
    const input = read(definition.input, raw);
    inputs.set(raw, input);
    return input;
  };
  return operation<object, Output>({
    name: definition.name,
    access: (raw, context) => definition.access(readOnce(raw), context),
    handle: (raw, context) => definition.handle(readOnce(raw), context),
  });
};

export const passRole = (roleArn: string): AccessRequest => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': sagemakerService },
});

/** Tags given at creation need the right to tag, as on AWS. */
export const tagging = (
  arn: string,
  tags: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): readonly AccessRequest[] =>
  tags === undefined || tags.length === 0
    ? []
    : [
        {
          action: 'sagemaker:AddTags',
          resource: arn,
          context: { 'aws:TagKeys': tags.map(({ Key }) => Key) },
        },
      ];

/** `aws:RequestTag/…` for policies that demand or forbid a tag at creation. */
export const requestTags = (
  tags: readonly { readonly Key: string; readonly Value: string }[] | undefined,
): Record<string, string> =>
  Object.fromEntries((tags ?? []).map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value]));
