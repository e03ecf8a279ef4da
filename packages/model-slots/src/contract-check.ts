import type { CheckReport } from '@atelier/contracts';
import type { FeatureRow, SlotDefinition } from './slot.ts';
import type { Prediction } from './slot-contract.ts';

/** Asks the candidate; throws whatever goes wrong. */
export type Ask = (instances: readonly FeatureRow[]) => Promise<readonly Prediction[]>;

type CheckName = CheckReport['results'][number]['check'];

const BATCHES = [1, 100] as const;
/** The largest batch that scoring sends. */
export const LARGEST_BATCH = 1000;
const LATENCY_QUESTIONS = 20;
/** Answers that should be equal may differ by what floating point makes of another batch. */
const TOLERANCE = 1e-9;

const repeat = (rows: readonly FeatureRow[], count: number): FeatureRow[] =>
  Array.from({ length: count }, (_, index) => rows[index % rows.length] ?? []);

const agree = (
  one: readonly Prediction[],
  other: readonly Prediction[],
  what: string,
): string | null => {
  for (const [row, { probability }] of one.entries()) {
    const second = other[row]?.probability ?? Number.NaN;
    if (!(Math.abs(probability - second) <= TOLERANCE)) {
      return `Row ${row} was ${probability}, and ${second} ${what}.`;
    }
  }
  return null;
};

/** A check answers what it saw; what it throws is a failure with that text. */
type Check = (ask: Ask) => Promise<string>;

const checksOf = (slot: SlotDefinition, ownRows: readonly FeatureRow[]): [CheckName, Check][] => {
  const golden = slot.goldenRows;
  const full = golden.filter((row) => row.every((value) => value !== null));
  const withNulls = golden.filter((row) => row.some((value) => value === null));
  return [
    [
      'golden rows',
      async (ask) => {
        const answers = await ask(full);
        return `Answered ${answers.map(({ probability }) => probability.toFixed(3)).join(', ')}.`;
      },
    ],
    [
      'order',
      async (ask) => {
        const forwards = await ask(golden);
        const backwards = (await ask(golden.toReversed())).toReversed();
        const fault = agree(forwards, backwards, 'when the rows came in reverse order');
        if (fault !== null) throw new Error(`The answers do not follow the rows. ${fault}`);
        return 'The answers follow the rows.';
      },
    ],
    [
      'batch sizes',
      async (ask) => {
        for (const size of [...BATCHES, LARGEST_BATCH]) await ask(repeat(golden, size));
        return `Answered batches of ${[...BATCHES, LARGEST_BATCH].join(', ')}.`;
      },
    ],
    [
      'nulls',
      async (ask) => {
        await ask(withNulls);
        return `Answered ${withNulls.length} rows with undefined features.`;
      },
    ],
    [
      'repeatability',
      async (ask) => {
        const fault = agree(await ask(golden), await ask(golden), 'when asked again');
        if (fault !== null) throw new Error(`The same question got another answer. ${fault}`);
        return 'The same question got the same answer.';
      },
    ],
    [
      'own rows',
      async (ask) => {
        if (ownRows.length === 0) return 'There are no customers yet to ask about.';
        const answers = (await ask(ownRows)).map(({ probability }) => probability);
        return `Answered ${answers.length} of your own rows, from ${Math.min(...answers).toFixed(3)} to ${Math.max(...answers).toFixed(3)}.`;
      },
    ],
  ];
};

const quantile = (sorted: readonly number[], share: number): number =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) /
  10;

/** Times single questions, one after another, as a record page asks them. */
const measureLatency = async (ask: Ask, row: FeatureRow) => {
  const tookMs: number[] = [];
  for (let question = 0; question < LATENCY_QUESTIONS; question += 1) {
    const started = performance.now();
    await ask([row]);
    tookMs.push(performance.now() - started);
  }
  tookMs.sort((one, other) => one - other);
  return { p50: quantile(tookMs, 0.5), p95: quantile(tookMs, 0.95), p99: quantile(tookMs, 0.99) };
};

/**
 * Puts a candidate through the slot's contract. It passes when every check does; latency is reported, and fails only when
 * half of the live questions would miss their deadline.
 */
export const checkContract = async (given: {
  slot: SlotDefinition;
  ownRows: readonly FeatureRow[];
  ask: Ask;
  deadlineMs: number;
}): Promise<CheckReport> => {
  const startedAt = new Date().toISOString();
  const results: CheckReport['results'] = [];
  const record = async (check: CheckName, run: () => Promise<string>) => {
    try {
      results.push({ check, passed: true, detail: await run() });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      results.push({ check, passed: false, detail });
    }
  };
  for (const [name, check] of checksOf(given.slot, given.ownRows)) {
    await record(name, () => check(given.ask));
  }
  let latencyMs: CheckReport['latencyMs'] = null;
  await record('latency', async () => {
    latencyMs = await measureLatency(given.ask, given.slot.goldenRows[0] ?? []);
    const { p50, p95, p99 } = latencyMs;
    const told = `p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms; live questions have ${given.deadlineMs} ms.`;
    if (p50 > given.deadlineMs) throw new Error(`Too slow for live questions: ${told}`);
    return told;
  });
  return {
    startedAt,
    finishedAt: new Date().toISOString(),
    passed: results.every(({ passed }) => passed),
    results,
    latencyMs,
  };
};
