import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CloudEvent, EventBus, EventPattern, Subscription } from '../ports/index.ts';
import { eventually } from './eventually.ts';

/** A bus: two calls of `open` give it to two processes. */
export interface EventBusBackend {
  open(): EventBus;
  close(): Promise<void>;
}

/** What every `EventBus` does, whatever it runs on. */
export function eventBusSuite(family: string, start: () => Promise<EventBusBackend>): void {
  describe(`EventBus on ${family}`, () => {
    let backend: EventBusBackend;
    const subscriptions: Subscription[] = [];

    beforeAll(async () => {
      backend = await start();
    });
    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.close()));
    });
    afterAll(() => backend.close());

    const eventFrom = (source: string, type = 'ThingHappened'): CloudEvent => ({
      id: randomUUID(),
      source,
      'detail-type': type,
      account: '',
      time: '2026-05-01T12:00:00Z',
      region: 'local',
      detail: { tenantId: 'foo', version: 1, text: 'ä \u0000 "x"' },
    });

    async function listen(
      consumer: string,
      pattern: EventPattern,
      into: CloudEvent[],
    ): Promise<Subscription> {
      const subscription = await backend.open().subscribe(consumer, pattern, async (event) => {
        into.push(event);
      });
      subscriptions.push(subscription);
      return subscription;
    }

    const ids = (events: readonly CloudEvent[]): string[] => events.map(({ id }) => id).sort();

    test('every consumer whose pattern matches gets the event, unchanged', async () => {
      const source = `suite.${randomUUID()}`;
      const all: CloudEvent[] = [];
      const typed: CloudEvent[] = [];
      const foreign: CloudEvent[] = [];
      await listen(`all-${source}`, { source: [source, 'other'] }, all);
      await listen(`typed-${source}`, { source: [source], 'detail-type': ['Wanted'] }, typed);
      await listen(`foreign-${source}`, { source: [`${source}.else`] }, foreign);
      const events = [eventFrom(source), eventFrom(source, 'Wanted'), eventFrom(source, 'wanted')];
      await backend.open().publish(events);
      await eventually(() => expect(ids(all)).toEqual(ids(events)));
      await eventually(() => expect(typed).toEqual([events[1]]));
      expect(foreign).toEqual([]);
    });

    test('a pattern without conditions matches everything', async () => {
      const everything: CloudEvent[] = [];
      await listen(`any-${randomUUID()}`, {}, everything);
      const event = eventFrom(`suite.${randomUUID()}`);
      await backend.open().publish([event]);
      await eventually(() => expect(ids(everything)).toContain(event.id));
    });

    test('a consumer that was away gets what it missed', async () => {
      const source = `suite.${randomUUID()}`;
      const before: CloudEvent[] = [];
      const after: CloudEvent[] = [];
      const subscription = await listen(`away-${source}`, { source: [source] }, before);
      await subscription.close();
      const missed = [eventFrom(source), eventFrom(source)];
      await backend.open().publish(missed);
      await sleep(200);
      expect(before).toEqual([]);
      await listen(`away-${source}`, { source: [source] }, after);
      await eventually(() => expect(ids(after)).toEqual(ids(missed)));
    });

    test('processes of one consumer share the events between them', async () => {
      const source = `suite.${randomUUID()}`;
      const handled: CloudEvent[] = [];
      await listen(`shared-${source}`, { source: [source] }, handled);
      await listen(`shared-${source}`, { source: [source] }, handled);
      const events = Array.from({ length: 30 }, () => eventFrom(source));
      await Promise.all(events.map((event) => backend.open().publish([event])));
      await eventually(() => expect(ids(handled)).toEqual(ids(events)));
      await sleep(300);
      expect(handled).toHaveLength(events.length);
    });

    test('an event whose handling failed comes again, and holds up no other', async () => {
      const source = `suite.${randomUUID()}`;
      const handled: string[] = [];
      const failing = eventFrom(source, 'Failing');
      let failures = 0;
      subscriptions.push(
        await backend.open().subscribe(`failing-${source}`, { source: [source] }, async (event) => {
          if (event.id === failing.id && failures < 2) {
            failures += 1;
            throw new Error('not yet');
          }
          handled.push(event.id);
        }),
      );
      const fine = eventFrom(source, 'Fine');
      await backend.open().publish([failing, fine]);
      await eventually(() => expect(handled).toEqual([fine.id, failing.id]), 20_000);
      expect(failures).toBe(2);
    });

    test('closing waits for the event in hand', async () => {
      const source = `suite.${randomUUID()}`;
      let began = false;
      let ended = false;
      const subscription = await backend
        .open()
        .subscribe(`closing-${source}`, { source: [source] }, async () => {
          began = true;
          await sleep(300);
          ended = true;
        });
      await backend.open().publish([eventFrom(source)]);
      await eventually(() => expect(began).toBe(true));
      await subscription.close();
      expect(ended).toBe(true);
    });
  });
}
