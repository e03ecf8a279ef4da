import type { ServerResponse } from 'node:http';
import { BusinessError } from '@atelier/service-kit';
import type { Caller } from '../credentials/caller.ts';
import { type ChangeStore, streamOf } from './change-store.ts';

/** Keeps proxies and browsers from taking a quiet stream for a dead one. */
const DEFAULT_HEARTBEAT_MS = 15_000;
/** More than a person has tabs; each stream costs a query per change. */
const MAX_PER_USER = 32;
/** A reader that takes nothing is let go when so much waits for it. */
const MAX_WAITING_BYTES = 1024 * 1024;

interface OpenStream {
  readonly streamId: string;
  readonly tenantId: string | null;
  readonly userId: string;
  readonly sessionId: string | null;
  wake(): void;
  end(): void;
}

/**
 * Server-sent events: what is recorded for the caller, from where he left off. The stream ends when `isStillIn` says no at
 * a heartbeat, or when he is told out by `end`.
 */
export const createEventStreams = (deps: {
  changes: ChangeStore;
  heartbeatMs?: number;
  onError: (error: unknown) => void;
}) => {
  const open = new Set<OpenStream>();

  const endWhere = (matches: (stream: OpenStream) => boolean): void => {
    for (const stream of open) if (matches(stream)) stream.end();
  };

  /** Where to begin, and whether changes between are lost. */
  const startOf = async (streamId: string, lastEventId: string | undefined) => {
    const { first, last } = await deps.changes.bounds(streamId);
    const asked = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : null;
    if (asked === null) return { at: last, gap: lastEventId !== undefined };
    if (asked > last || asked < first - 1) return { at: last, gap: true };
    return { at: asked, gap: false };
  };

  return {
    /** Throws `too_many_requests` when this person has as many streams as anybody may. */
    refuseTooMany: ({ principal }: Caller): void => {
      const own = [...open].filter(({ userId }) => userId === principal.userId).length;
      if (own >= MAX_PER_USER) {
        throw new BusinessError('too_many_requests', 'Too many pages listen for you at once.');
      }
    },
    serve: async (given: {
      response: ServerResponse;
      caller: Caller;
      lastEventId: string | undefined;
      isStillIn: () => Promise<boolean>;
    }): Promise<void> => {
      const { response, caller } = given;
      const { principal, session } = caller;
      const streamId = streamOf(principal.tenantId);
      let ended = false;
      let wake = () => {};
      let woken = false;
      const stream: OpenStream = {
        streamId,
        tenantId: principal.tenantId,
        userId: principal.userId,
        sessionId: session?.id ?? null,
        wake: () => {
          woken = true;
          wake();
        },
        end: () => {
          ended = true;
          wake();
        },
      };
      open.add(stream);
      response.on('close', stream.end);

      const pause = (): Promise<'woken' | 'quiet'> =>
        new Promise((resolve) => {
          const quiet = setTimeout(
            () => resolve('quiet'),
            deps.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
          );
          wake = () => {
            clearTimeout(quiet);
            resolve('woken');
          };
          if (woken || ended) wake();
        });

      try {
        const start = await startOf(streamId, given.lastEventId);
        let at = start.at;
        response.write(`id: ${at}\nevent: ${start.gap ? 'reset' : 'ready'}\ndata: {}\n\n`);
        while (!ended) {
          woken = false;
          const { changes, next, more } = await deps.changes.after(streamId, at, principal.userId);
          if (ended) break;
          for (const { sequence, event } of changes) {
            response.write(
              `id: ${sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
            );
          }
          at = next;
          if (more) continue;
          if (response.writableLength > MAX_WAITING_BYTES) break;
          if ((await pause()) === 'quiet') {
            if (!(await given.isStillIn())) break;
            if (!ended) response.write(': \n\n');
          }
        }
      } catch (error) {
        deps.onError(error);
      } finally {
        open.delete(stream);
        response.end();
      }
    },

    wake: (streamId: string): void => {
      for (const stream of open) if (stream.streamId === streamId) stream.wake();
    },
    wakeAll: (): void => {
      for (const stream of open) stream.wake();
    },
    /** A user's streams, or with `userId` null the whole tenant's. */
    endOf: (tenantId: string, userId: string | null): void =>
      endWhere(
        (stream) => stream.tenantId === tenantId && (userId === null || stream.userId === userId),
      ),
    endOfSession: (sessionId: string): void => endWhere((stream) => stream.sessionId === sessionId),
    endAll: (): void => endWhere(() => true),
  };
};
export type EventStreams = ReturnType<typeof createEventStreams>;
