import { operation, type RpcService } from '../../wire/operation.ts';
import type { Faults } from '../faults.ts';

/** Operating Studio itself; the role `studio-operator` of the management account may. */
export const createStudioAdminService = (deps: {
  readonly faults: Faults;
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
  ],
});

const access = (action: string, resourceAccountId: string) => ({
  action,
  resource: '*',
  resourceAccountId,
});
