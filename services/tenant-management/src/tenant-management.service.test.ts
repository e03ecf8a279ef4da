import { tenantManagementOperations } from '@atelier/contracts';
import type { Peers } from '@atelier/service-kit';
import {
  person,
  refusalOf,
  startTestService,
  type TestService,
} from '@atelier/service-kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, MIGRATIONS, SERVICE } from './app.ts';

const paul = person(null, 'platform_operator');
let service: TestService<typeof tenantManagementOperations>;
/** What the other services were asked to delete, in order. */
const asked: string[] = [];

const peers = ((name: string) => ({
  getWorkbenchAsService: async () => ({
    state: asked.includes('deleteWorkbench') ? 'deleted' : 'ready',
    request: null,
  }),
  ...Object.fromEntries(
    [
      'deleteWorkbench',
      'deleteTenantRole',
      'deleteCustomers',
      'deleteExtractRecords',
      'deleteUsers',
    ].map((operation) => [
      operation,
      async () => {
        asked.push(operation);
        return { deleted: 1, name };
      },
    ]),
  ),
})) as unknown as Peers;

beforeAll(async () => {
  service = await startTestService({
    service: SERVICE,
    migrations: MIGRATIONS,
    operations: tenantManagementOperations,
    createApp: (deps) => createApp({ ...deps, peers }),
  });
});
afterAll(() => service.stop());

const newTenant = async (name: string) => {
  const tenantId = uuidv7();
  const registration = service.asService('registration', tenantId);
  await registration.ensureTenant({ body: { name, plan: 'standard' } });
  await registration.activateTenant();
  return tenantId;
};

describe('the record', () => {
  it('is made once, however often registration asks', async () => {
    const tenantId = uuidv7();
    const registration = service.asService('registration', tenantId);
    const first = await registration.ensureTenant({ body: { name: 'Foo', plan: 'standard' } });
    const again = await registration.ensureTenant({ body: { name: 'Other', plan: 'standard' } });
    expect(again).toEqual(first);
    expect(first).toMatchObject({ id: tenantId, state: 'pending', slug: 'foo', accountId: null });
    expect((await registration.activateTenant()).state).toBe('active');
  });

  it('is seen by its own people and operators only', async () => {
    const foo = await newTenant('Foo');
    const bar = await newTenant('Bar');
    expect(await service.as(person(foo, 'marketer')).getTenant()).toMatchObject({ id: foo });
    expect(await service.as(person(bar, 'marketer')).getTenant()).toMatchObject({ id: bar });
    const all = await service.as(paul).listTenants();
    expect(all.items.map(({ id }) => id)).toEqual(expect.arrayContaining([foo, bar]));
    expect(await refusalOf(service.as(person(foo, 'tenant_admin')).listTenants())).toBe(
      'forbidden',
    );
  });

  it('takes an account number from workbench-management alone, and only one', async () => {
    const foo = await newTenant('Foo');
    const bar = await newTenant('Bar');
    const workbench = service.asService('workbench-management', foo);
    const body = { accountId: '111122223333', variant: 'standard' };
    expect(await workbench.recordAccount({ body })).toMatchObject({ accountId: '111122223333' });
    expect(await workbench.recordAccount({ body })).toMatchObject({ accountId: '111122223333' });
    expect(
      await refusalOf(workbench.recordAccount({ body: { ...body, accountId: '999922223333' } })),
    ).toBe('conflict');
    expect(
      await refusalOf(service.asService('workbench-management', bar).recordAccount({ body })),
    ).toBe('conflict');
    expect(await refusalOf(service.asService('registration', foo).recordAccount({ body }))).toBe(
      'forbidden',
    );
    const found = await service
      .asService('front-door', null)
      .findTenantByAccount({ params: { accountId: '111122223333' } });
    expect(found.id).toBe(foo);
  });
});

describe('bindings', () => {
  const slot = 'customer-churn/1';

  it('are versioned per slot, one active at a time, and come back by one step', async () => {
    const foo = await newTenant('Foo');
    const owner = service.asService('customer-management', foo);
    const [one, two] = [uuidv7(), uuidv7()];
    const add = (id: string) =>
      owner.addBinding({ body: { id, slot, endpointName: 'churn', changedBy: 'user:dev' } });
    const move = (bindingId: string, state: 'checking' | 'checked' | 'active') =>
      owner.changeBinding({
        params: { bindingId },
        body: { state, changedBy: 'user:dev', reason: null },
      });
    expect(await add(one)).toMatchObject({ version: 1, state: 'registered' });
    expect(await add(one)).toMatchObject({ version: 1 });
    expect(await add(two)).toMatchObject({ version: 2 });
    expect(await refusalOf(move(one, 'active'))).toBe('conflict');
    for (const id of [one, two]) {
      await move(id, 'checking');
      await move(id, 'checked');
      await move(id, 'active');
    }
    const states = async () =>
      (await owner.listBindings({ query: { slot } })).items.map(({ version, state }) => ({
        version,
        state,
      }));
    expect(await states()).toEqual([
      { version: 2, state: 'active' },
      { version: 1, state: 'retired' },
    ]);
    await move(one, 'active');
    expect(await states()).toEqual([
      { version: 2, state: 'retired' },
      { version: 1, state: 'active' },
    ]);
  });

  it("are absent to another tenant's service calls", async () => {
    const foo = await newTenant('Foo');
    const bar = await newTenant('Bar');
    const id = uuidv7();
    await service
      .asService('customer-management', foo)
      .addBinding({ body: { id, slot, endpointName: 'churn', changedBy: 'user:dev' } });
    const theirs = service.asService('customer-management', bar);
    const change = { state: 'checking', changedBy: 'user:x', reason: null } as const;
    expect(await refusalOf(theirs.changeBinding({ params: { bindingId: id }, body: change }))).toBe(
      'not_found',
    );
    expect((await theirs.listBindings({ query: { slot } })).items).toEqual([]);
  });
});

describe('the end', () => {
  it('suspends with a reason, tells everybody to sever sessions, and resumes', async () => {
    const foo = await newTenant('Foo');
    const params = { tenantId: foo };
    const suspend = () => service.as(paul).suspendTenant({ params, body: { reason: 'unpaid' } });
    expect(await suspend()).toMatchObject({ state: 'suspended' });
    expect(await refusalOf(suspend())).toBe('conflict');
    await expect
      .poll(() => service.eventBus.published.map((event) => event.detail))
      .toContainEqual(
        expect.objectContaining({ type: 'SessionsRevoked', tenantId: foo, reason: 'suspended' }),
      );
    expect(await service.as(paul).resumeTenant({ params })).toMatchObject({ state: 'active' });
  });

  it('deletes a suspended tenant step by step after its slug was typed', async () => {
    const foo = await newTenant('Foo Records');
    const params = { tenantId: foo };
    const remove = (confirmation: string) =>
      service.as(paul).deleteTenant({ params, body: { confirmation } });
    expect(await refusalOf(remove('foo'))).toBe('invalid_request');
    expect(await refusalOf(remove('foo-records'))).toBe('conflict');
    await service.as(paul).suspendTenant({ params, body: { reason: 'leaves' } });
    await remove('foo-records');
    await expect
      .poll(async () => (await service.as(paul).getTenantAsOperator({ params })).state, {
        timeout: 30_000,
      })
      .toBe('deleted');
    expect(asked).toEqual([
      'deleteWorkbench',
      'deleteTenantRole',
      'deleteCustomers',
      'deleteExtractRecords',
      'deleteUsers',
    ]);
    const { offboarding } = await service.as(paul).getTenantAsOperator({ params });
    expect(offboarding?.steps.map(({ state }) => state)).toEqual(Array(6).fill('succeeded'));
  });

  it('answers 404 for a tenant that never was', async () => {
    const params = { tenantId: uuidv7() };
    expect(await refusalOf(service.as(paul).getTenantAsOperator({ params }))).toBe('not_found');
    expect(await refusalOf(service.as(paul).suspendTenant({ params, body: { reason: 'x' } }))).toBe(
      'not_found',
    );
  });
});
