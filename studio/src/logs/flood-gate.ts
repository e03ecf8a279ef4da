import { LRUCache } from 'lru-cache';

/** What a stream may write at once, and for how long without pause. */
const burstBytes = 4 << 20;
const bytesPerSecond = 512 << 10;
/** Of all streams together, this many are remembered; one that was forgotten starts with a full burst. */
const rememberedStreams = 10_000;

export interface FloodGate {
  /** Takes the bytes from what the stream may write now; false when that is not enough. */
  admit(stream: string, bytes: number): boolean;
}

/** A bucket of tokens for each stream. */
export function createFloodGate({ monotonicMs }: { monotonicMs: () => number }): FloodGate {
  const streams = new LRUCache<string, { bytes: number; at: number }>({ max: rememberedStreams });
  return {
    admit(stream, bytes) {
      const now = monotonicMs();
      const before = streams.get(stream) ?? { bytes: burstBytes, at: now };
      const refilled = before.bytes + ((now - before.at) / 1000) * bytesPerSecond;
      const available = Math.min(burstBytes, refilled);
      const admitted = available >= bytes;
      streams.set(stream, { bytes: available - (admitted ? bytes : 0), at: now });
      return admitted;
    },
  };
}
