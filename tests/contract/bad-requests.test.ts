import { problem, SERVICES } from '@atelier/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { badRequests } from './bad-requests.ts';
import { ask, openPeople, type People, PUBLISHED, titleOf } from './people.ts';

const stack = openStack();
let people: People;

beforeAll(async () => {
  people = await openPeople(stack);
});

const cases = PUBLISHED.map((operation) => ({ operation, bad: badRequests(operation) })).filter(
  ({ bad }) => bad.length > 0,
);

/** How many things every service says were done in the tenant. */
async function doneSoFar(): Promise<number[]> {
  return Promise.all(
    SERVICES.map(async (service) => {
      const { items } = await people.foo.admin.api(service).listAudit({ query: { limit: 500 } });
      return items.filter(({ outcome }) => outcome === 'done').length;
    }),
  );
}

test('there are bad requests of every part and kind', () => {
  const all = cases.flatMap(({ bad }) => bad);
  expect(all.length).toBeGreaterThan(150);
  for (const kind of [
    /missing/,
    /unknown property/,
    /too long/,
    /too large/,
    /for a text/,
    /uuid/,
  ]) {
    expect(all.filter(({ what }) => kind.test(what)).length, String(kind)).toBeGreaterThan(0);
  }
});

describe('a request against its schema is told where it is wrong, and changes nothing', () => {
  test.each(cases.map((one) => [titleOf(one.operation), one] as const))(
    '%s',
    async (_, { operation, bad }) => {
      const before = await doneSoFar();
      for (const { what, asked, pointer } of bad) {
        const answer = await ask(people.callerOf(operation), operation, asked);
        const told = problem.safeParse(answer.body);
        expect(told.data, what).toMatchObject({ status: 400, code: 'invalid_request' });
        if (pointer !== null) {
          const pointers = (told.data?.errors ?? []).map((error) => error.pointer);
          expect(
            pointers.some((one) => one.startsWith(pointer)),
            `${what}: ${pointers}`,
          ).toBe(true);
        }
      }
      expect(await doneSoFar()).toEqual(before);
    },
  );
});
