import type { ResourceType } from '@atelier/contracts';
import {
  checkedBinding,
  extractForChurn,
  importTestData,
  until,
  waitForWorkbench,
} from '@atelier/single-machine/journey';
import { anonymous } from '@atelier/single-machine/people';
import { shopData } from '@atelier/single-machine/shop';
import type { Stack } from '../harness/stack.ts';
import { cloudOf, deployEndpoint } from './cloud.ts';
import type { Party } from './party.ts';

/** Something of a tenant's that an id points at. */
export interface Resource {
  readonly id: string;
  /** Its owner sees it; throws when it does not live. */
  prove(): Promise<void>;
  /** Headers that its owner shows beside the id, where holding a secret is what makes the owner. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a tenant makes one, and who of the tenant may see it: everybody with the role, or its maker alone. */
interface Maker {
  readonly make: (party: Party, stack: Stack) => Promise<Resource>;
  readonly personal?: true;
}

const SLOT = { slot: 'customer-churn', contract: 1 };
const ENDPOINT = 'isolation';
const key = () => crypto.randomUUID();

function proved(what: string, lives: boolean): void {
  if (!lives) throw new Error(`${what} does not live: an attack on it would prove nothing`);
}

/**
 * For every type that ids point at. A type without an entry is a type error here and fails the run: whoever adds one says
 * how it is attacked.
 */
export const resources: Readonly<Record<ResourceType, Maker>> = {
  registration: {
    async make({ tenant }, stack) {
      const registration = anonymous(stack.instance.addresses).api('registration');
      const { id, token } = await registration.register({
        body: { company: tenant.name, name: 'Somebody', email: `more@${tenant.name}.example` },
        idempotencyKey: key(),
      });
      const headers = { 'atelier-registration-token': token ?? '' };
      return {
        id,
        headers,
        async prove() {
          const told = await registration.getRegistration({
            params: { registrationId: id },
            headers: { 'atelier-registration-token': token ?? '' },
          });
          proved('the registration', told.id === id);
        },
      };
    },
  },
  tenant: {
    async make({ tenant }) {
      return {
        id: tenant.tenantId,
        async prove() {
          const { id, state } = await tenant.admin.api('tenant-management').getTenant();
          proved('the tenant', id === tenant.tenantId && state === 'active');
        },
      };
    },
  },
  user: {
    async make({ people }) {
      const { userId } = people.marketer.user;
      return {
        id: userId,
        async prove() {
          const me = await people.marketer.api('user-management').getMe();
          proved('the user', me.userId === userId && me.roles.includes('marketer'));
        },
      };
    },
  },
  invitation: {
    async make({ tenant }) {
      const users = tenant.admin.api('user-management');
      const { id } = await users.invite({
        body: { email: `guest@${tenant.name}.example`, roles: ['marketer'] },
        idempotencyKey: key(),
      });
      return {
        id,
        async prove() {
          const { items } = await users.listInvitations();
          proved(
            'the invitation',
            items.some((one) => one.id === id && one.state === 'pending'),
          );
        },
      };
    },
  },
  'api-key': {
    personal: true,
    async make({ people }) {
      const users = people.data_scientist.api('user-management');
      const { id } = await users.createApiKey({
        body: { name: 'attacked', roles: ['data_scientist'], expiresInSeconds: 3600 },
        idempotencyKey: key(),
      });
      return {
        id,
        async prove() {
          const { items } = await users.listApiKeys();
          proved(
            'the key',
            items.some((one) => one.id === id),
          );
        },
      };
    },
  },
  customer: {
    async make({ tenant }) {
      await importTestData(tenant.admin, shopData(tenant.name, 60));
      const api = tenant.admin.api('customer-management');
      const { items } = await api.listCustomers({ query: { limit: 1, sort: '-value' } });
      const first = items[0];
      if (first === undefined) throw new Error('there are no customers');
      return {
        id: first.id,
        async prove() {
          const { name } = await api.getCustomer({ params: { customerId: first.id } });
          proved('the customer', name === first.name);
        },
      };
    },
  },
  import: {
    async make({ people }) {
      const api = people.marketer.api('customer-management');
      const { id } = await api.createImport({
        body: { kind: 'customers', fileName: 'attacked.csv', bytes: 100 },
        idempotencyKey: key(),
      });
      return {
        id,
        async prove() {
          const { state } = await api.getImport({ params: { importId: id } });
          proved('the import', state === 'awaiting_file');
        },
      };
    },
  },
  binding: {
    async make({ people }) {
      const { id } = await ensureBinding(people.data_scientist);
      const api = people.marketer.api('customer-management');
      return {
        id,
        async prove() {
          const { state } = await api.getBinding({ params: { bindingId: id } });
          proved('the binding', state === 'active' || state === 'checked');
        },
      };
    },
  },
  'scoring-run': {
    async make({ people }) {
      const person = people.data_scientist;
      const api = person.api('customer-management');
      const binding = await ensureBinding(person);
      const { scoringRunId } = await api.activateBinding({
        params: { bindingId: binding.id },
        body: { confirmation: binding.endpointName },
      });
      await until({
        what: 'the scoring run',
        ask: () => api.getScoringRun({ params: { scoringRunId } }),
        done: ({ state }) => state !== 'queued' && state !== 'running',
        withinMs: 60_000,
      });
      return {
        id: scoringRunId,
        async prove() {
          const { total } = await api.getScoringRun({ params: { scoringRunId } });
          proved('the scoring run', total > 0);
        },
      };
    },
  },
  'workbench-request': {
    async make({ tenant }) {
      await waitForWorkbench({ person: tenant.admin });
      const api = tenant.admin.api('workbench-management');
      const { request } = await api.getWorkbench();
      if (request === null) throw new Error('nobody requested the workbench');
      return {
        id: request.id,
        async prove() {
          const { state } = await api.getWorkbenchRequest({ params: { requestId: request.id } });
          proved('the request', state === 'succeeded');
        },
      };
    },
  },
  launch: {
    personal: true,
    async make({ people, tenant }) {
      await waitForWorkbench({ person: tenant.admin });
      const api = people.data_scientist.api('workbench-management');
      const { id } = await api.launch({ idempotencyKey: key() });
      const params = { launchId: id };
      await until({
        what: 'the launch',
        ask: () => api.getLaunch({ params }),
        done: ({ state }) => state === 'succeeded' || state === 'failed',
        withinMs: 120_000,
      });
      return {
        id,
        async prove() {
          const { state } = await api.getLaunch({ params });
          proved('the launch', state === 'succeeded');
        },
      };
    },
  },
  extract: {
    async make({ people, tenant }) {
      await waitForWorkbench({ person: tenant.admin });
      const { id } = await extractForChurn(people.data_scientist);
      const api = people.data_scientist.api('data-management');
      return {
        id,
        async prove() {
          const { state } = await api.getExtract({ params: { extractId: id } });
          proved('the extract', state === 'succeeded');
        },
      };
    },
  },
};

/** The tenant's checked model, deployed and registered at the first call. */
async function ensureBinding(person: Party['people']['data_scientist']) {
  const api = person.api('customer-management');
  const { items } = await api.listSlotBindings({ params: SLOT });
  const known = items.find(({ endpointName }) => endpointName === ENDPOINT);
  if (known !== undefined) return checkedBinding(person);
  await waitForWorkbench({ person });
  await deployEndpoint(await cloudOf(person), ENDPOINT);
  await api.registerEndpoint({
    params: SLOT,
    body: { endpointName: ENDPOINT },
    idempotencyKey: key(),
  });
  return checkedBinding(person);
}

/** One of each type, made one after the other: an endpoint and a notebook at once are enough for a small machine. */
export async function makeResources(
  party: Party,
  stack: Stack,
): Promise<Readonly<Record<ResourceType, Resource>>> {
  const made: Partial<Record<ResourceType, Resource>> = {};
  for (const type of Object.keys(resources) as ResourceType[]) {
    made[type] = await resources[type].make(party, stack);
  }
  return made as Record<ResourceType, Resource>;
}
