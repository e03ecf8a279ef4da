import type { Audit } from '../../wire/audit.ts';
import { operation, type RpcService } from '../../wire/operation.ts';
import type { Faults } from '../faults.ts';
import { type LookupInput, lookupEvents } from './cloudtrail.ts';
import { requiredText } from './input.ts';

/** Operating Studio itself; the role `studio-operator` of the management account may. */
export const createStudioAdminService = (deps: {
  readonly faults: Faults;
  readonly audit: Audit;
  readonly managementAccountId: string;
}): RpcService => ({
  protocol: 'json',
  name: 'studio',
  target: 'AtelierStudio',
  operations: [
    operation<{ Faults?: Readonly<Record<string, unknown>> }, object>({
      name: 'PutFaults',
      access: () => [access('studio:PutFaults', deps.managementAccountId)],
      handle: async (input) => {
        await deps.faults.set(input.Faults ?? {});
        return { Faults: await deps.faults.get() };
      },
    }),
    operation<object, object>({
      name: 'GetFaults',
      access: () => [access('studio:GetFaults', deps.managementAccountId)],
      handle: async () => ({ Faults: await deps.faults.get() }),
    }),
    // What nobody can be held to stands in the provider's audit, which no tenant may read.
    operation<LookupInput & { readonly AccountId?: unknown }, unknown>({
      name: 'LookupEvents',
      access: () => [access('studio:LookupEvents', deps.managementAccountId)],
      handle: (input) =>
        lookupEvents(
          deps.audit,
          requiredText(input.AccountId, 'AccountId', 'InvalidInputException'),
          input,
        ),
    }),
  ],
});

const access = (action: string, resourceAccountId: string) => ({
  action,
  resource: '*',
  resourceAccountId,
});
