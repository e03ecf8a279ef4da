import type { StateKey } from '@atelier/cloud/ports';
import type { Clock } from './clock.ts';
import type { Lease } from './stored-work.ts';

export const keyText = ({ tenantId, kind, id }: StateKey): string =>
  JSON.stringify([tenantId, kind, id]);

/**
 * Judges the leases of others: dead is one whose beat has not changed for a while of our own monotonic clock. No clocks
 * are compared between machines, so none has to be right.
 */
export function createLeaseWatch({ clock, deadAfterMs }: { clock: Clock; deadAfterMs: number }) {
  const seen = new Map<string, { epoch: number; beat: number; sinceMs: number }>();

  return {
    isDead(key: StateKey, { epoch, beat }: Lease): boolean {
      const text = keyText(key);
      const last = seen.get(text);
      if (last === undefined || last.epoch !== epoch || last.beat !== beat) {
        seen.set(text, { epoch, beat, sinceMs: clock.monotonicMs() });
        return false;
      }
      return clock.monotonicMs() - last.sinceMs >= deadAfterMs;
    },

    forget(key: StateKey): void {
      seen.delete(keyText(key));
    },
  };
}
