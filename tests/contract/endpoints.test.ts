import { type BindingView, ProblemError } from '@atelier/contracts';
import { until, waitForWorkbench } from '@atelier/single-machine/journey';
import { DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, cloudOf, deploy } from '../harness/models.ts';
import { openStack } from '../harness/stack.ts';
import { newTenant, type TestTenant } from '../harness/tenants.ts';

const stack = openStack();
const SLOT = { slot: 'customer-churn', contract: 1 };
let foo: TestTenant;
let cloud: Cloud;

/** Serves what `answer`, lines of Python, returns for `count` instances. */
const scriptOf = (answer: string) => `
import json

def model_fn(folder):
    return None

def transform_fn(model, body, content_type, accept):
    count = len(json.loads(body)["instances"])
    ${answer}
`;

const RUBBISH: Readonly<Record<string, readonly [answer: string, told: RegExp]>> = {
  'a page with status 200': [
    'return "<html><body>It works!</body></html>", "text/html"',
    /JSON|html|content/i,
  ],
  'no number for a probability': [
    `return '{"predictions":[' + ",".join(['{"probability":NaN}'] * count) + ']}', "application/json"`,
    /JSON|NaN|number/i,
  ],
  'too few answers': [
    'return json.dumps({"predictions": [{"probability": 0.5}] * (count - 1)}), "application/json"',
    /\d+ (instances|rows|answers|predictions)|expected \d+|\d+ .* \d+/i,
  ],
  'a probability above one': [
    'return json.dumps({"predictions": [{"probability": 1.5}] * count}), "application/json"',
    /1\.5|0 .* 1|probability/i,
  ],
  'an exception': ['raise KeyError("no_such_column")', /no_such_column/],
};

beforeAll(async () => {
  foo = await newTenant(stack, 'rubbish');
  await waitForWorkbench({ person: foo.admin });
  cloud = await cloudOf(foo.admin);
});

const api = () => foo.admin.api('customer-management');

const register = (endpointName: string) =>
  api().registerEndpoint({
    params: SLOT,
    body: { endpointName },
    idempotencyKey: crypto.randomUUID(),
  });

const refused = async (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem;
      throw error;
    },
  );

const judged = (bindingId: string): Promise<BindingView> =>
  until({
    what: 'the contract check',
    ask: () => api().getBinding({ params: { bindingId } }),
    done: ({ state }) => state !== 'registered' && state !== 'checking',
    withinMs: 120_000,
  });

test('an endpoint that does not exist is refused, and no version is spent on it', async () => {
  expect(await refused(register('no-such-endpoint'))).toMatchObject({
    status: 422,
    code: 'endpoint_not_found',
  });
  expect((await api().listSlotBindings({ params: SLOT })).items).toEqual([]);
});

describe('the contract check rejects an endpoint that answers', () => {
  test.each(Object.entries(RUBBISH))('%s', async (what, [answer, told]) => {
    const name = what.replaceAll(' ', '-');
    await deploy(cloud, { name, script: scriptOf(answer) });
    const { id } = await register(name);
    const binding = await judged(id);
    const failed = binding.check?.results.filter(({ passed }) => !passed) ?? [];
    expect(binding.state).toBe('rejected');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.map(({ detail }) => detail).join('\n')).toMatch(told);
    const body = { confirmation: name };
    expect(await refused(api().activateBinding({ params: { bindingId: id }, body }))).toMatchObject(
      { code: 'binding_not_checked' },
    );
    // An account may have four at once.
    await cloud.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
  });

  test('and the built-in stays in use', async () => {
    expect((await api().getSlot({ params: SLOT })).active).toBeNull();
  });
});
