import { isBinary, type Operation, type ProblemCode, problem } from '@atelier/contracts';
import { PROBLEM_STATUS } from '@atelier/service-kit';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { ask, OPERATIONS, openPeople, type People, PUBLISHED, titleOf } from './people.ts';

const stack = openStack();
let people: People;

beforeAll(async () => {
  people = await openPeople(stack);
});

const named = (operations: readonly Operation[]) =>
  operations.map((operation) => [titleOf(operation), operation] as const);

/** What an answer must be for the contract to be kept; the words of the first thing that is not. */
function fault(
  { responses, errors }: Operation,
  { status, type, body }: Awaited<ReturnType<typeof ask>>,
): string | null {
  if (status < 300) {
    const schema = responses[status];
    if (schema === undefined) return `status ${status} is not declared`;
    if (schema === null) return body === null ? null : 'the answer should be empty';
    const read = schema.safeParse(body);
    return read.success ? null : `the answer is not as declared: ${read.error.message}`;
  }
  const told = problem.safeParse(body);
  if (!told.success || !type.startsWith('application/problem+json')) return `no problem: ${status}`;
  if (told.data.status !== status) return 'the problem tells another status';
  const { code, detail } = told.data;
  if (detail === 'There is no such address.') return 'nobody answers at this address';
  const declared: readonly ProblemCode[] = errors;
  if (!declared.includes(code)) return `${code} is not declared: ${detail}`;
  return PROBLEM_STATUS[code].status === status ? null : `${code} has another status`;
}

describe('an operation asked with its own example is answered as its contract says', () => {
  test.each(named(PUBLISHED))('%s', async (_, operation) => {
    const { example, body } = operation;
    const answer = await ask(people.callerOf(operation), operation, {
      ...example,
      ...(isBinary(body) && { body: 'id,name\n1,One\n' }),
    });
    expect(fault(operation, answer)).toBeNull();
  });
});

describe('an operation between services', () => {
  const internal = named(OPERATIONS.filter(({ auth }) => auth.kind === 'service'));

  test.each(internal)('%s is answered by its service, to services alone', async (_, operation) => {
    const address = `http://127.0.0.1:${stack.instance.portOf(operation.service)}`;
    const path = operation.path.replace(/:(\w+)/g, (__, name: string) =>
      String(operation.example.params?.[name]),
    );
    const response = await fetch(address + path, { method: operation.method });
    const told = problem.parse(await response.json());
    expect(told).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  test.each(internal)('%s is nowhere at the front-door', async (_, operation) => {
    for (const caller of [people.operator, people.foo.admin]) {
      const answer = await ask(caller, operation, operation.example);
      expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });
});
