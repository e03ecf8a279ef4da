import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_STATE_BYTES, type Page, type StateItem, type StateStore } from '../ports/index.ts';
import { eventually } from './eventually.ts';

export interface StateStoreBackend {
  /** The store as one more process sees it. */
  open(): StateStore;
  close(): Promise<void>;
}

/** What every `StateStore` does, whatever it runs on. */
export function stateStoreSuite(family: string, start: () => Promise<StateStoreBackend>): void {
  describe(`StateStore on ${family}`, () => {
    let backend: StateStoreBackend;
    let store: StateStore;

    beforeAll(async () => {
      backend = await start();
      store = backend.open();
    });
    afterAll(() => backend.close());

    const someKey = () => ({
      tenantId: randomUUID(),
      kind: `kind-${randomUUID()}`,
      id: randomUUID(),
    });
    const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second, 123));

    async function readAll(
      read: (cursor: string | null) => Promise<Page<StateItem>>,
    ): Promise<StateItem[]> {
      const items: StateItem[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<StateItem> = await read(cursor);
        items.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return items;
    }

    test('what is created is read back as it was, by every process', async () => {
      const key = someKey();
      const state = { text: 'nul \u0000 漢', nested: { list: [1, 2.5, null, true] } };
      expect(await store.create(key, state, at(5))).toBe(true);
      const item = await backend.open().get(key);
      expect(item).toMatchObject({ ...key, state, version: 1, dueAt: at(5) });
      expect(item?.createdAt).toBeInstanceOf(Date);
      expect(item?.updatedAt).toEqual(expect.any(Date));
    });

    test('an absent item is null', async () => {
      expect(await store.get(someKey())).toBeNull();
    });

    test('of 50 who create one item at once exactly one does, and its state stays', async () => {
      const key = someKey();
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, n) => backend.open().create(key, { n }, null)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect((await store.get(key))?.state).toEqual({ n: won.indexOf(true) });
    });

    test('of 50 who update one version at once exactly one does', async () => {
      const key = someKey();
      await store.create(key, { n: -1 }, null);
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, n) => backend.open().update(key, 1, { n }, null)),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toMatchObject({ state: { n: won.indexOf(true) }, version: 2 });
    });

    test('read-modify-write under contention loses no update', async () => {
      const key = someKey();
      await store.create(key, { count: 0 }, null);
      const increment = async (): Promise<void> => {
        for (;;) {
          const item = await store.get<{ count: number }>(key);
          if (item === null) throw new Error('the item is gone');
          const next = { count: item.state.count + 1 };
          if (await store.update(key, item.version, next, null)) return;
        }
      };
      await Promise.all(Array.from({ length: 15 }, increment));
      expect(await store.get(key)).toMatchObject({ state: { count: 15 }, version: 16 });
    });

    test('an absent item cannot be updated', async () => {
      const key = someKey();
      expect(await store.update(key, 1, {}, null)).toBe(false);
      expect(await store.get(key)).toBeNull();
    });

    test('a deleted item is gone, may be deleted again, and be made anew', async () => {
      const key = someKey();
      await store.create(key, { n: 1 }, at(0));
      await store.delete(key);
      await store.delete(key);
      expect(await store.get(key)).toBeNull();
      expect(await store.update(key, 1, { n: 2 }, null)).toBe(false);
      expect(await store.create(key, { n: 3 }, null)).toBe(true);
      expect(await store.get(key)).toMatchObject({ state: { n: 3 }, version: 1 });
    });

    test('the same id under another tenant or kind is another item', async () => {
      const key = someKey();
      await store.create(key, { n: 1 }, null);
      expect(await store.create({ ...key, tenantId: randomUUID() }, { n: 2 }, null)).toBe(true);
      expect(await store.create({ ...key, kind: 'else' }, { n: 3 }, null)).toBe(true);
      expect((await store.get(key))?.state).toEqual({ n: 1 });
    });

    test('a tenant’s items are listed newest first, page by page, without another tenant’s', async () => {
      const { tenantId, kind } = someKey();
      const ids = Array.from({ length: 7 }, (_, n) => `item-${n}`);
      for (const id of ids) await store.create({ tenantId, kind, id }, { id }, null);
      await store.create({ tenantId: randomUUID(), kind, id: 'foreign' }, {}, null);
      await store.create({ tenantId, kind: 'else', id: 'other kind' }, {}, null);
      // An update must not move an item between pages.
      await store.update({ tenantId, kind, id: 'item-0' }, 1, { id: 'item-0' }, null);
      for (const limit of [1, 3, 7, 100]) {
        const items = await readAll((cursor) =>
          store.listByTenant(tenantId, kind, { limit, cursor }),
        );
        expect(items.map(({ id }) => id)).toEqual([...ids].reverse());
      }
      expect(await store.listByTenant(randomUUID(), kind, { limit: 5 })).toEqual({
        items: [],
        nextCursor: null,
      });
    });

    test('a cursor does not open another tenant’s list', async () => {
      const { tenantId, kind } = someKey();
      const other = randomUUID();
      for (const id of ['a', 'b', 'c']) {
        await store.create({ tenantId, kind, id }, {}, null);
        await store.create({ tenantId: other, kind, id }, {}, null);
      }
      const { nextCursor } = await store.listByTenant(tenantId, kind, { limit: 1 });
      const page = await store.listByTenant(other, kind, { limit: 10, cursor: nextCursor });
      expect(page.items.every((item) => item.tenantId === other)).toBe(true);
    });

    test('a broken cursor is refused', async () => {
      const { tenantId, kind } = someKey();
      for (const cursor of ['rubbish', Buffer.from('["x","y"]').toString('base64url'), '']) {
        await expect(
          store.listByTenant(tenantId, kind, { limit: 1, cursor }),
        ).rejects.toMatchObject({ code: 'invalid_cursor' });
        await expect(store.due(kind, at(0), { limit: 1, cursor })).rejects.toMatchObject({
          code: 'invalid_cursor',
        });
      }
    });

    test('due items come oldest first, over all tenants, and only until the given time', async () => {
      const { kind } = someKey();
      const seconds = [9, 3, 7, 1, 5];
      for (const second of seconds) {
        await store.create({ tenantId: randomUUID(), kind, id: `${second}` }, {}, at(second));
      }
      await store.create({ tenantId: randomUUID(), kind, id: 'never' }, {}, null);
      await store.create({ tenantId: randomUUID(), kind: 'else', id: 'other' }, {}, at(0));
      for (const limit of [1, 2, 10]) {
        await eventually(async () => {
          const due = await readAll((cursor) => store.due(kind, at(7), { limit, cursor }));
          expect(due.map(({ id }) => id)).toEqual(['1', '3', '5', '7']);
        });
      }
    });

    test('items due at the same time are paged without loss or repetition', async () => {
      const { kind } = someKey();
      for (let n = 0; n < 9; n += 1) {
        await store.create({ tenantId: `t${n % 3}`, kind, id: `i${n}` }, {}, at(0));
      }
      await eventually(async () => {
        const due = await readAll((cursor) => store.due(kind, at(1), { limit: 2, cursor }));
        expect(due.map(({ id }) => id).sort()).toEqual(
          Array.from({ length: 9 }, (_, n) => `i${n}`),
        );
      });
    });

    test('an update moves an item in the due index or takes it out', async () => {
      const key = someKey();
      const dueIds = async (): Promise<string[]> =>
        (await store.due(key.kind, at(10), { limit: 10 })).items.map(({ id }) => id);
      await store.create(key, {}, at(20));
      expect(await dueIds()).toEqual([]);
      await store.update(key, 1, {}, at(5));
      await eventually(async () => expect(await dueIds()).toEqual([key.id]));
      await store.update(key, 2, {}, null);
      await eventually(async () => expect(await dueIds()).toEqual([]));
    });

    test('a state over 400 KB of JSON is refused and changes nothing', async () => {
      const key = someKey();
      const overhead = JSON.stringify({ text: '' }).length;
      const fits = { text: 'x'.repeat(MAX_STATE_BYTES - overhead - 1024) };
      // Two bytes a character: the limit counts bytes.
      const tooLarge = { text: 'ä'.repeat(MAX_STATE_BYTES / 2) };
      await expect(store.create(key, tooLarge, null)).rejects.toMatchObject({
        code: 'state_too_large',
      });
      expect(await store.get(key)).toBeNull();
      expect(await store.create(key, fits, null)).toBe(true);
      await expect(store.update(key, 1, tooLarge, null)).rejects.toMatchObject({
        code: 'state_too_large',
      });
      expect(await store.get(key)).toMatchObject({ version: 1, state: fits });
    });
  });
}
