import { createParser } from 'eventsource-parser';

export interface StreamedEvent {
  readonly type: string;
  readonly data: string;
}

export interface EventStreamDeps {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly onEvent: (event: StreamedEvent) => void;
  /** Whether changes arrive by themselves now; while they do not, ask periodically. */
  readonly onLive: (live: boolean) => void;
  /** The server says that nobody is signed in: no use in trying again. */
  readonly onEnd: () => void;
  readonly signal: AbortSignal;
  /** Resolves after `ms`; rejects or resolves early when the signal fires. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** No byte, not even a heartbeat, for so long: the connection is taken for dead. */
  readonly silenceMs?: number;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;
const DEFAULT_SILENCE_MS = 60_000;

/**
 * Reads server-sent events by fetch, since `EventSource` cannot set headers. Reconnects with growing pauses and tells the
 * server the last id, so that nothing between is missed. Ends when the signal fires or the session is over.
 */
export const followEvents = async (deps: EventStreamDeps): Promise<void> => {
  let lastId: string | undefined;
  let failures = 0;

  const readOnce = async (): Promise<'ended' | 'broken'> => {
    const attempt = new AbortController();
    const giveUp = () => attempt.abort();
    deps.signal.addEventListener('abort', giveUp);
    let silence: ReturnType<typeof setTimeout> | undefined;
    const stillThere = () => {
      clearTimeout(silence);
      silence = setTimeout(giveUp, deps.silenceMs ?? DEFAULT_SILENCE_MS);
    };
    try {
      stillThere();
      const response = await deps.fetch(deps.url, {
        headers: {
          ...deps.headers,
          accept: 'text/event-stream',
          ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
        },
        signal: attempt.signal,
      });
      if (response.status === 401 || response.status === 403) return 'ended';
      if (!response.ok || response.body === null) return 'broken';
      deps.onLive(true);
      failures = 0;
      const parser = createParser({
        onEvent: ({ event, data, id }) => {
          if (id !== undefined) lastId = id;
          deps.onEvent({ type: event ?? 'message', data });
        },
      });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let read = await reader.read(); !read.done; read = await reader.read()) {
        stillThere();
        parser.feed(decoder.decode(read.value, { stream: true }));
      }
      return 'broken';
    } catch {
      return 'broken';
    } finally {
      clearTimeout(silence);
      deps.signal.removeEventListener('abort', giveUp);
    }
  };

  while (!deps.signal.aborted) {
    const outcome = await readOnce();
    deps.onLive(false);
    if (outcome === 'ended') {
      deps.onEnd();
      return;
    }
    if (deps.signal.aborted) return;
    await deps.wait(Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS), deps.signal);
    failures += 1;
  }
};
