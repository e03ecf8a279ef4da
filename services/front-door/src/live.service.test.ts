import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type ChangeEvent, EVENT_SOURCE, type SessionsRevoked } from '@atelier/contracts';
import { loopbackLookup } from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, type Browser } from '../testing/browser.ts';
import { connectDevice } from '../testing/device-flow.ts';
import { soon } from '../testing/soon.ts';
import { type Person, type Stack, startStack } from '../testing/stack.ts';

const FOO = uuidv7();
const BAR = uuidv7();
let stack: Stack;
let mara: Person;
let dev: Person;
let other: Person;
let paul: Person;

beforeAll(async () => {
  stack = await startStack({ heartbeatMs: 300 });
  mara = await stack.addPerson(FOO, ['marketer']);
  dev = await stack.addPerson(FOO, ['data_scientist']);
  other = await stack.addPerson(BAR, ['data_scientist']);
  paul = await stack.addPerson(null, ['platform_operator']);
});
afterAll(() => stack.close());

interface Told {
  readonly id: number;
  readonly type: string;
  readonly data: ChangeEvent;
}

/** A tab's event stream; `told` grows as events arrive. */
const openStream = async (
  browser: Browser,
  application: 'crm' | 'admin' = 'crm',
  lastEventId?: string,
) => {
  const cookie = browser
    .cookies()
    .filter(({ host }) => host === new URL(stack.origins[application]).hostname)
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ');
  const told: Told[] = [];
  const state = { ended: false, beats: 0 };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sending = httpRequest(
      `${stack.origins[application]}/events`,
      {
        lookup: loopbackLookup,
        headers: {
          cookie,
          'atelier-request': '1',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        },
      },
      resolve,
    );
    sending.on('error', reject);
    sending.end();
  });
  let text = '';
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (block.startsWith(':')) state.beats += 1;
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (field('event') !== '') {
        told.push({
          id: Number(field('id')),
          type: field('event'),
          data: JSON.parse(field('data')) as ChangeEvent,
        });
      }
    }
  });
  response.on('error', () => undefined);
  response.on('close', () => {
    state.ended = true;
  });
  await soon(() => told.length).toBeGreaterThan(0);
  return { response, told, state, close: () => response.destroy() };
};

const publish = (detail: ChangeEvent | SessionsRevoked, id: string = uuidv7()) =>
  stack.eventBus.publish([
    {
      ...{ id, source: EVENT_SOURCE, 'detail-type': detail.type, account: '', region: '' },
      time: new Date().toISOString(),
      detail,
    },
  ]);

const change = (
  tenantId: string | null,
  id: string,
  audience: ChangeEvent['audience'] = 'tenant',
): ChangeEvent => ({ type: 'ExtractChanged', version: 1, tenantId, id, state: 'ready', audience });

const idsOf = (stream: { told: readonly Told[] }) =>
  stream.told.filter(({ type }) => type === 'ExtractChanged').map(({ data }) => data.id);

const signedIn = async (who: Person, application: 'crm' | 'admin' = 'crm') =>
  (await stack.signIn(who, application)).browser;

describe('event streams', () => {
  it('tell a change to everybody whom it concerns, and to nobody else', async () => {
    const streams = {
      mara: await openStream(await signedIn(mara)),
      dev: await openStream(await signedIn(dev)),
      other: await openStream(await signedIn(other)),
      paul: await openStream(await signedIn(paul, 'admin'), 'admin'),
    };
    await publish(change(FOO, 'for-foo'));
    await publish(change(FOO, 'for-dev', { userId: dev.userId }));
    await publish(change(FOO, 'for-operators', 'operators'));
    await publish(change(null, 'for-the-platform', 'operators'));
    await publish(change(BAR, 'for-bar'));
    await publish(change(FOO, 'last'));
    await publish(change(BAR, 'last'));
    for (const stream of Object.values(streams)) {
      await soon(() => idsOf(stream)).toContain('last');
    }
    await soon(() => idsOf(streams.paul).toSorted()).toEqual([
      'for-bar',
      'for-foo',
      'for-operators',
      'for-the-platform',
      'last',
      'last',
    ]);
    expect(idsOf(streams.mara).toSorted()).toEqual(['for-foo', 'last']);
    expect(idsOf(streams.dev).toSorted()).toEqual(['for-dev', 'for-foo', 'last']);
    expect(idsOf(streams.other).toSorted()).toEqual(['for-bar', 'last']);
    for (const stream of Object.values(streams)) stream.close();
  });

  it('go on after the last event that was seen, once each and in order', async () => {
    const browser = await signedIn(mara);
    const first = await openStream(browser);
    await publish(change(FOO, 'seen'));
    await soon(() => idsOf(first)).toEqual(['seen']);
    const lastId = String(first.told.at(-1)?.id);
    first.close();

    const missed = Array.from({ length: 25 }, (_, index) => `missed-${index}`);
    await Promise.all(missed.map((id) => publish(change(FOO, id))));
    const twice = uuidv7();
    await publish(change(FOO, 'twice'), twice);
    await publish(change(FOO, 'twice'), twice);

    const second = await openStream(browser, 'crm', lastId);
    await soon(() => idsOf(second).length).toBeGreaterThanOrEqual(26);
    await publish(change(FOO, 'after'));
    await soon(() => idsOf(second)).toContain('after');
    expect(idsOf(second).toSorted()).toEqual([...missed, 'twice', 'after'].toSorted());
    const numbers = second.told.slice(1).map(({ id }) => id);
    expect(numbers).toEqual(numbers.toSorted((one, two) => one - two));
    expect(new Set(numbers).size).toBe(numbers.length);
    second.close();
  });

  it('say so when it is not known what was missed', async () => {
    const browser = await signedIn(mara);
    const stream = await openStream(browser, 'crm', '999999999');
    expect(stream.told[0]?.type).toBe('reset');
    const odd = await openStream(browser, 'crm', "1' or '1");
    expect(odd.told[0]?.type).toBe('reset');
    stream.close();
    odd.close();
  });

  it('stay awake while nothing happens', async () => {
    const stream = await openStream(await signedIn(mara));
    await soon(() => stream.state.beats).toBeGreaterThan(1);
    expect(stream.state.ended).toBe(false);
    stream.close();
  });

  it('are for those who are signed in', async () => {
    expect((await ask(`${stack.origins.crm}/events`)).status).toBe(401);
  });

  it('are no more than a person can use', async () => {
    const greedy = await stack.addPerson(FOO, ['marketer']);
    const browser = await signedIn(greedy);
    const streams = await Promise.all(Array.from({ length: 32 }, () => openStream(browser)));
    expect((await browser.send(`${stack.origins.crm}/events`)).status).toBe(429);
    streams[0]?.close();
    await soon(async () => (await openStream(browser).catch(() => null))?.response.statusCode).toBe(
      200,
    );
    for (const stream of streams) stream.close();
  });

  it('end when their session is signed out, and leave the other sessions alone', async () => {
    const [leaving, staying] = [await signedIn(mara), await signedIn(mara)];
    const [ends, stays] = [await openStream(leaving), await openStream(staying)];
    await leaving.send(`${stack.origins.crm}/auth/logout`, {
      method: 'POST',
      headers: { 'atelier-request': '1' },
    });
    await expect.poll(() => ends.state.ended, { timeout: 5_000 }).toBe(true);
    expect(stays.state.ended).toBe(false);
    stays.close();
  });
});

it('loses nothing when every connection to the database breaks', async () => {
  const browser = await signedIn(mara);
  const first = await openStream(browser);
  await publish(change(FOO, 'before'));
  await soon(() => idsOf(first)).toContain('before');
  await stack.breakDatabaseConnections();
  // As a service's outbox does: again, until the bus has it.
  const eventId = uuidv7();
  await vi.waitFor(() => publish(change(FOO, 'through-the-break'), eventId), { timeout: 5_000 });
  const lastId = String(first.told.at(-1)?.id);
  first.close();
  await soon(async () => (await browser.send(`${stack.origins.crm}/auth/session`)).status).toBe(
    200,
  );
  const second = await openStream(browser, 'crm', lastId);
  await soon(() => idsOf(second)).toContain('through-the-break');
  await publish(change(FOO, 'woken-again'));
  await soon(() => idsOf(second)).toContain('woken-again');
  second.close();
});

describe('revocation', () => {
  const status = async (browser: Browser) =>
    (await browser.send(`${stack.origins.crm}/api/user-management/me`)).status;

  const expectOut = async (browser: Browser, stream: { state: { ended: boolean } }) => {
    const revoked = performance.now();
    await expect
      .poll(async () => [await status(browser), stream.state.ended], {
        timeout: 5_000,
        interval: 20,
      })
      .toEqual([401, true]);
    const took = performance.now() - revoked;
    expect(took).toBeLessThan(5_000);
    return took;
  };

  it('ends the session, stream and tokens of a user within 5 s, and of nobody else', async () => {
    const leaver = await stack.addPerson(FOO, ['data_scientist']);
    const [browser, unharmed] = [await signedIn(leaver), await signedIn(mara)];
    const [stream, otherStream] = [await openStream(browser), await openStream(unharmed)];
    const { access_token } = await connectDevice(stack, leaver);
    const byToken = async () =>
      (
        await ask(`${stack.origins.crm}/api/user-management/me`, {
          headers: { authorization: `Bearer ${access_token}` },
        })
      ).status;
    expect([await status(browser), await byToken()]).toEqual([200, 200]);

    stack.services.people.byIdentity.delete(`${stack.origins.identity} ${leaver.subject}`);
    await publish({
      ...{ type: 'SessionsRevoked', version: 1, tenantId: FOO, userId: leaver.userId },
      reason: 'deactivated',
    });
    const took = await expectOut(browser, stream);
    await expect.poll(byToken, { timeout: 5_000 }).toBe(401);
    expect(await status(unharmed)).toBe(200);
    expect(otherStream.state.ended).toBe(false);
    otherStream.close();
    process.stdout.write(`session and stream ended ${Math.round(took)} ms after the event\n`);
  });

  it('ends everybody of a suspended tenant within 5 s, and nobody of another', async () => {
    const people = await Promise.all([
      stack.addPerson(BAR, ['tenant_admin']),
      stack.addPerson(BAR, ['marketer']),
    ]);
    const browsers = await Promise.all(people.map((who) => signedIn(who)));
    const streams = await Promise.all(browsers.map((browser) => openStream(browser)));
    const unharmed = await signedIn(mara);
    await publish({
      ...{ type: 'SessionsRevoked', version: 1, tenantId: BAR, userId: null },
      reason: 'suspended',
    });
    await Promise.all(
      browsers.map((browser, index) =>
        expectOut(browser, streams[index] ?? { state: { ended: false } }),
      ),
    );
    expect(await status(unharmed)).toBe(200);
  });

  it('shows changed roles at once', async () => {
    const changer = await stack.addPerson(FOO, ['marketer']);
    const browser = await signedIn(changer);
    const roles = async () =>
      (await browser.send(`${stack.origins.crm}/auth/session`)).json<{
        user: { roles: string[] };
      }>().user.roles;
    expect(await roles()).toEqual(['marketer']);
    stack.services.people.byIdentity.set(`${stack.origins.identity} ${changer.subject}`, {
      ...changer,
      roles: ['tenant_admin'],
      revision: 2,
    });
    await publish({
      ...{ type: 'UserChanged', version: 1, tenantId: FOO, id: changer.userId, state: 'active' },
      audience: 'tenant',
    });
    await expect.poll(roles, { timeout: 2_500 }).toEqual(['tenant_admin']);
  });

  it('leaves nothing of a deleted tenant', async () => {
    const tenantId = uuidv7();
    await publish(change(tenantId, 'gone'));
    const kept = () =>
      stack.databases.operatorDatabase.transaction(null, async (transaction) => {
        const { rows } = await transaction.query<{ kept: string }>(
          `select (select count(*) from change_events where tenant_id = $1)
                + (select count(*) from event_streams where tenant_id = $1) as kept`,
          [tenantId],
        );
        return Number(rows[0]?.kept);
      });
    await soon(kept).toBe(2);
    await publish({
      ...{ type: 'SessionsRevoked', version: 1, tenantId, userId: null },
      reason: 'deleted',
    });
    await soon(kept).toBe(0);
  });
});
