import { LRUCache } from 'lru-cache';

/** SDKs ask every 10 to 30 s; holding the answer this long tells them the end within the moment it comes. */
const HOLD_MS = 8000;
const REMEMBERED_CALLERS = 5000;

export interface LongPoll {
  /** Something about the resource has changed. */
  changed(arn: string): void;
  /**
   * Answers what `load` gives; when this caller has seen that version before and it is still under way, waits until it
   * changes, at most 8 s. A first question is answered at once.
   */
  hold<T extends { readonly arn: string; readonly version: number }>(
    caller: string,
    load: () => Promise<T>,
    underWay: (resource: T) => boolean,
    signal: AbortSignal,
  ): Promise<T>;
}

export const createLongPoll = (holdMs: number = HOLD_MS): LongPoll => {
  const waiting = new Map<string, Set<() => void>>();
  const seen = new LRUCache<string, number>({ max: REMEMBERED_CALLERS });

  const waitForChange = (
    arn: string,
    signal: AbortSignal,
  ): { done: Promise<void>; end(): void } => {
    const set = waiting.get(arn) ?? new Set();
    waiting.set(arn, set);
    let end = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(() => end(), holdMs);
      end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        set.delete(end);
        if (set.size === 0) waiting.delete(arn);
        resolve();
      };
      set.add(end);
      signal.addEventListener('abort', end, { once: true });
    });
    return { done, end };
  };

  return {
    changed(arn) {
      for (const wake of [...(waiting.get(arn) ?? [])]) wake();
    },
    async hold(caller, load, underWay, signal) {
      let resource = await load();
      const key = `${caller} ${resource.arn}`;
      if (underWay(resource) && seen.get(key) === resource.version) {
        const change = waitForChange(resource.arn, signal);
        // What changed between the first look and now would otherwise be waited for in vain.
        const again = await load();
        if (again.version === resource.version) {
          await change.done;
          resource = await load();
        } else {
          change.end();
          resource = again;
        }
      }
      seen.set(key, resource.version);
      return resource;
    },
  };
};
