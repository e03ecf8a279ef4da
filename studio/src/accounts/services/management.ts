import type { AccessRequest } from '../../iam/access.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import { type Faults, throttled } from '../faults.ts';

/** What the services of the management account share. */
export interface ManagementDeps {
  readonly managementAccountId: string;
  readonly faults: Faults;
}

/**
 * An operation that only the management account's principals may call, since its resources are that account's and have
 * no policies of their own; and that can be told to throttle.
 */
export const managementOperation = <Input, Output>(
  deps: ManagementDeps,
  definition: {
    readonly name: string;
    readonly action: string;
    readonly resource?: (input: Input) => string;
    readonly handle: (input: Input) => Promise<Output>;
  },
): AnyOperation =>
  operation<Input, Output>({
    name: definition.name,
    access: (input): readonly AccessRequest[] => [
      {
        action: definition.action,
        resource: definition.resource?.(input) ?? '*',
        resourceAccountId: deps.managementAccountId,
      },
    ],
    handle: async (input) => {
      if (await deps.faults.strikes('throttle')) throw throttled();
      return definition.handle(input);
    },
  });
