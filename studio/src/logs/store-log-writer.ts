import type { FloodGate } from './flood-gate.ts';
import type { LogStore, NewEvent } from './log-store.ts';
import type { LogStreamName, LogWriter } from './log-writer.ts';

/** Amazon's limit of one event. */
const maxMessageBytes = 256 << 10;

const cutNotice = '[studio] this output comes too fast; lines are left out from here on';

function shortened(message: string): string {
  if (Buffer.byteLength(message) <= maxMessageBytes) return message;
  const kept = Buffer.from(message).subarray(0, maxMessageBytes).toString('utf8');
  return `${kept} [studio] this line was cut: it has ${Buffer.byteLength(message)} bytes`;
}

interface StreamState {
  /** Lines left out since the last one that was written. */
  omitted: number;
  /** Appends of a stream are written one after another, in the order they were asked for. */
  last: Promise<void>;
}

/** Lines of containers as events; a line's time never lies before that of the line above it. */
export function createStoreLogWriter(deps: {
  store: LogStore;
  gate: FloodGate;
  now: () => Date;
}): LogWriter {
  const { store, gate } = deps;
  const states = new Map<string, StreamState>();

  function admitted(
    key: string,
    state: StreamState,
    lines: readonly { at: Date; message: string }[],
  ): NewEvent[] {
    const events: NewEvent[] = [];
    for (const line of lines) {
      const message = shortened(line.message);
      const atMs = line.at.getTime();
      if (!gate.admit(key, Buffer.byteLength(message) + 26)) {
        if (state.omitted === 0) events.push({ atMs, message: cutNotice });
        state.omitted += 1;
        continue;
      }
      if (state.omitted > 0) {
        events.push({ atMs, message: `[studio] ${state.omitted} lines were left out` });
        state.omitted = 0;
      }
      events.push({ atMs, message });
    }
    return events;
  }

  return {
    append(stream: LogStreamName, lines) {
      const key = `${stream.accountId} ${stream.group} ${stream.stream}`;
      const state = states.get(key) ?? { omitted: 0, last: Promise.resolve() };
      states.set(key, state);
      const events = admitted(key, state, lines);
      const written = state.last.then(() =>
        store.append(stream, events, { at: deps.now(), create: true, keepOrder: true }),
      );
      const settled = written.catch(() => {});
      state.last = settled;
      void settled.then(() => {
        if (state.last === settled && state.omitted === 0) states.delete(key);
      });
      return written;
    },
  };
}
