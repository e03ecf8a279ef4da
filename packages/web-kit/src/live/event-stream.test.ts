import { expect, it } from 'vitest';
import { followEvents, type StreamedEvent } from './event-stream.ts';

const streamOf = (...chunks: string[]): Response =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    }),
  );

interface Seen {
  readonly events: StreamedEvent[];
  readonly live: boolean[];
  readonly waits: number[];
  readonly lastIds: (string | null)[];
  ended: boolean;
}

/** Answers each connection in turn and stops after the last. */
const follow = async (answers: (() => Response | Promise<Response>)[]): Promise<Seen> => {
  const stop = new AbortController();
  const seen: Seen = { events: [], live: [], waits: [], lastIds: [], ended: false };
  const left = [...answers];
  await followEvents({
    url: '/events',
    headers: { 'atelier-request': '1' },
    fetch: async (_, init) => {
      seen.lastIds.push(new Headers(init?.headers).get('last-event-id'));
      const answer = left.shift();
      if (answer === undefined) throw new TypeError('no more answers');
      return answer();
    },
    onEvent: (event) => seen.events.push(event),
    onLive: (live) => seen.live.push(live),
    onEnd: () => {
      seen.ended = true;
    },
    signal: stop.signal,
    wait: async (ms) => {
      seen.waits.push(ms);
      if (left.length === 0) stop.abort();
    },
  });
  return seen;
};

it('reads events that arrive in pieces', async () => {
  const seen = await follow([() => streamOf('event: change\nid: 7\nda', 'ta: {"a":1}\n\n')]);
  expect(seen.events).toEqual([{ type: 'change', data: '{"a":1}' }]);
});

it('asks for what it missed after a broken connection', async () => {
  const seen = await follow([
    () => streamOf('id: 7\ndata: one\n\n'),
    () => streamOf('id: 8\ndata: two\n\n'),
  ]);
  expect(seen.lastIds).toEqual([null, '7']);
  expect(seen.events.map(({ data }) => data)).toEqual(['one', 'two']);
});

it('tells when it is live and when it is not, so that polling can take over', async () => {
  const seen = await follow([
    () => streamOf('data: one\n\n'),
    () => Promise.reject(new TypeError()),
  ]);
  expect(seen.live).toEqual([true, false, false]);
});

it('waits longer after each failure in a row, and no longer than its limit', async () => {
  const seen = await follow(
    Array.from({ length: 7 }, () => () => new Response('', { status: 503 })),
  );
  expect(seen.waits).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

it('ends with the session instead of trying for ever', async () => {
  const seen = await follow([
    () => new Response('', { status: 401 }),
    () => streamOf('data: x\n\n'),
  ]);
  expect(seen.ended).toBe(true);
  expect(seen.events).toEqual([]);
  expect(seen.waits).toEqual([]);
});

it('gives up a connection on which nothing comes any more', async () => {
  const stop = new AbortController();
  let connections = 0;
  await followEvents({
    url: '/events',
    headers: {},
    fetch: (_, init) => {
      connections += 1;
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
      });
    },
    onEvent: () => undefined,
    onLive: () => undefined,
    onEnd: () => undefined,
    signal: stop.signal,
    wait: async () => {
      if (connections === 2) stop.abort();
    },
    silenceMs: 10,
  });
  expect(connections).toBe(2);
});
