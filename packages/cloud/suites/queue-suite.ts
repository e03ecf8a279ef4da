import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Queue, ReceivedMessage } from '../ports/index.ts';
import { eventually } from './eventually.ts';

/** A place where queues live: two calls with the same name open the same queue as two processes would. */
export interface QueueBackend {
  open<Body>(name: string, options: { maxDeliveries: number }): Queue<Body>;
  close(): Promise<void>;
}

/** What every `Queue` does, whatever it runs on. */
export function queueSuite(family: string, start: () => Promise<QueueBackend>): void {
  describe(`Queue on ${family}`, () => {
    let backend: QueueBackend;

    beforeAll(async () => {
      backend = await start();
    });
    afterAll(() => backend.close());

    function openTwice(maxDeliveries = 3): { queue: Queue<string>; peer: Queue<string> } {
      const name = `suite-${randomUUID()}`;
      return {
        queue: backend.open(name, { maxDeliveries }),
        peer: backend.open(name, { maxDeliveries }),
      };
    }

    const once = { max: 1, visibilitySeconds: 30 };
    const brief = { max: 10, visibilitySeconds: 1 };

    async function receiveOne(
      queue: Queue<string>,
      options = { ...once, waitSeconds: 5 },
    ): Promise<ReceivedMessage<string>> {
      const [message] = await queue.receive(options);
      if (message === undefined) throw new Error('no message came');
      return message;
    }

    test('what one process sends another receives, exactly as it was sent', async () => {
      const name = `suite-${randomUUID()}`;
      const bodies = [
        {
          text: 'nul \u0000, lone \ud800, 漢字, "quotes" \\ and \n',
          list: [1, 1.5, -0.1, null, true],
        },
        'plain',
        0,
        null,
      ];
      const queue = backend.open<unknown>(name, { maxDeliveries: 3 });
      for (const body of bodies) await queue.send(body);
      const received: unknown[] = [];
      await eventually(async () => {
        const messages = await backend
          .open<unknown>(name, { maxDeliveries: 3 })
          .receive({ max: 10, visibilitySeconds: 30 });
        received.push(...messages.map((message) => message.body));
        expect(received).toHaveLength(bodies.length);
      });
      expect(new Set(received.map((body) => JSON.stringify(body)))).toEqual(
        new Set(bodies.map((body) => JSON.stringify(body))),
      );
    });

    test('queues do not see each other’s messages', async () => {
      const { queue } = openTwice();
      const { queue: other } = openTwice();
      await other.send('theirs');
      expect(await queue.receive(once)).toEqual([]);
      const theirs = await receiveOne(other);
      await queue.ack(theirs.receipt);
      await queue.extend(theirs.receipt, 0);
      expect(await other.receive(once)).toEqual([]);
    });

    test('a message in somebody’s hands is invisible to others, and gone once acknowledged', async () => {
      const { queue, peer } = openTwice();
      await queue.send('one');
      const message = await receiveOne(queue, { max: 1, visibilitySeconds: 2, waitSeconds: 5 });
      expect(message.deliveries).toBe(1);
      expect(await peer.receive(once)).toEqual([]);
      await queue.ack(message.receipt);
      await sleep(2_200);
      expect(await peer.receive(once)).toEqual([]);
    });

    test('a message that was not acknowledged in time is delivered again, and counted', async () => {
      const { queue, peer } = openTwice();
      await queue.send('again');
      const first = await receiveOne(queue, { ...brief, waitSeconds: 5 });
      const second = await receiveOne(peer);
      expect(second).toMatchObject({ id: first.id, body: 'again', deliveries: 2 });
      expect(second.receipt).not.toBe(first.receipt);
    });

    test('a stale receipt neither acknowledges nor extends', async () => {
      const { queue, peer } = openTwice(5);
      await queue.send('mine');
      const stale = await receiveOne(queue, { ...brief, waitSeconds: 5 });
      await sleep(1_200);
      await queue.ack(stale.receipt);
      await queue.extend(stale.receipt, 60);
      const fresh = await receiveOne(peer, { ...brief, waitSeconds: 5 });
      await queue.ack(stale.receipt);
      await queue.extend(stale.receipt, 60);
      expect(await receiveOne(peer)).toMatchObject({ id: fresh.id, deliveries: 3 });
      await queue.ack('no such receipt');
    });

    test('extending keeps a message invisible, and to zero gives it back at once', async () => {
      const { queue, peer } = openTwice();
      await queue.send('long');
      const message = await receiveOne(queue, { ...brief, waitSeconds: 5 });
      await queue.extend(message.receipt, 30);
      await sleep(1_300);
      expect(await peer.receive(once)).toEqual([]);
      await queue.extend(message.receipt, 0);
      expect(await receiveOne(peer)).toMatchObject({ id: message.id });
    });

    test('a delayed message comes after its delay, to one who was already waiting', async () => {
      const { queue, peer } = openTwice();
      const startedAt = performance.now();
      const waiting = receiveOne(peer, { ...once, waitSeconds: 10 });
      await queue.send('later', { delaySeconds: 1 });
      expect((await waiting).body).toBe('later');
      expect(performance.now() - startedAt).toBeGreaterThan(950);
    });

    test('one deduplication id is delivered once, also after it was acknowledged', async () => {
      const { queue, peer } = openTwice();
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 === 0 ? queue : peer).send('same', { dedupeId: 'a' }),
        ),
      );
      await queue.send('other', { dedupeId: 'b' });
      const received = new Map<string, string>();
      await eventually(async () => {
        for (const message of await queue.receive({ max: 10, visibilitySeconds: 30 })) {
          received.set(message.id, message.body);
          await queue.ack(message.receipt);
        }
        expect(received.size).toBeGreaterThanOrEqual(2);
      });
      await queue.send('same', { dedupeId: 'a' });
      expect(await queue.receive({ ...once, waitSeconds: 1 })).toEqual([]);
      expect([...received.values()].sort()).toEqual(['other', 'same']);
    });

    test('a message nobody can handle becomes a dead letter, which redriving gives another life', async () => {
      const { queue, peer } = openTwice(2);
      await queue.send('poison');
      for (let delivery = 1; delivery <= 2; delivery += 1) {
        const message = await receiveOne(queue, { ...brief, waitSeconds: 5 });
        expect(message.deliveries).toBe(delivery);
      }
      await sleep(1_200);
      expect(await queue.receive({ ...once, waitSeconds: 1 })).toEqual([]);
      const letter = await eventually(async () => {
        const [dead] = await peer.deadLetters({ max: 10 });
        expect(dead).toMatchObject({ body: 'poison', deliveries: 2 });
        return dead;
      });
      if (letter === undefined) throw new Error('no dead letter');
      expect(letter.deadSince).toBeInstanceOf(Date);
      await peer.redrive(letter.id);
      expect(await receiveOne(queue)).toMatchObject({ body: 'poison', deliveries: 1 });
      expect(await peer.deadLetters({ max: 10 })).toEqual([]);
    });

    test('dead letters are found although nobody receives any more', async () => {
      const { queue } = openTwice(1);
      await queue.send('left');
      await receiveOne(queue, { ...brief, waitSeconds: 5 });
      await eventually(async () => expect(await queue.deadLetters({ max: 1 })).toHaveLength(1));
    });

    test('several processes share the messages: each goes to one of them', async () => {
      const { queue, peer } = openTwice();
      const sent = Array.from({ length: 60 }, (_, n) => `m${n}`);
      await Promise.all(sent.map((body) => queue.send(body)));
      const received: string[] = [];
      const drain = async (from: Queue<string>): Promise<void> => {
        while (received.length < sent.length) {
          const messages = await from.receive({ max: 5, visibilitySeconds: 60, waitSeconds: 1 });
          for (const message of messages) {
            received.push(message.body);
            await from.ack(message.receipt);
          }
        }
      };
      await Promise.all([drain(queue), drain(peer), drain(queue)]);
      expect(received.sort()).toEqual(sent.sort());
    });

    test('whoever waits gets a message as soon as it is sent', async () => {
      const { queue, peer } = openTwice();
      const waiting = receiveOne(peer, { ...once, waitSeconds: 20 });
      await sleep(500);
      const sentAt = performance.now();
      await queue.send('now');
      await waiting;
      expect(performance.now() - sentAt).toBeLessThan(1_500);
    });

    test('waiting ends without a message when the signal says so or the time is over', async () => {
      const { queue } = openTwice();
      const startedAt = performance.now();
      expect(await queue.receive({ ...once, waitSeconds: 1 })).toEqual([]);
      expect(performance.now() - startedAt).toBeGreaterThan(900);
      const signal = AbortSignal.timeout(200);
      expect(await queue.receive({ ...once, waitSeconds: 20, signal })).toEqual([]);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    });
  });
}
