import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

/** One figure of a benchmark, and what it is held against. */
export interface BenchmarkRow {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** The peer or limit, measured in the same run and unit. */
  readonly against: { readonly what: string; readonly measured: number } | null;
  /** How many times as good as the peer; null where nothing is compared. */
  readonly ratio: number | null;
  /** The least ratio, or the largest measured value, that is wanted; null for a figure that is only told. */
  readonly goal: { readonly leastRatio: number } | { readonly most: number } | null;
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = sorted.slice(middle - 1 + (sorted.length % 2));
  return sorted.length % 2 === 1 ? low : (low + high) / 2;
};

function isMet({ goal, ratio, measured }: BenchmarkRow): boolean {
  if (goal === null) return true;
  return 'most' in goal ? measured <= goal.most : ratio !== null && ratio >= goal.leastRatio;
}

const goalText = (goal: BenchmarkRow['goal']): string => {
  if (goal === null) return '';
  return 'most' in goal ? `≤ ${goal.most}` : `≥ ${goal.leastRatio} ×`;
};

/** Prints the rows as a table and writes them to `results/<name>.json`. */
export async function report(
  name: string,
  rows: readonly BenchmarkRow[],
  versions: Readonly<Record<string, string>>,
): Promise<void> {
  const results = fileURLToPath(new URL('./results/', import.meta.url));
  const memory = /MemTotal:\s+(\d+) kB/.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMb: Math.round(Number(memory) / 1024),
  };
  const judged = rows.map((row) => ({ ...row, met: isMet(row) }));
  await mkdir(results, { recursive: true });
  const document = { machine, versions: { node: process.version, ...versions }, rows: judged };
  await writeFile(`${results}${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
  stdout.write('| what | measured | against | ratio | goal | met |\n|-|-|-|-|-|-|\n');
  for (const { what, measured, unit, against, ratio, goal, met } of judged) {
    const peer = against === null ? '' : `${against.what}: ${against.measured} ${unit}`;
    const cells = [what, `${measured} ${unit}`, peer, ratio?.toFixed(2) ?? '', goalText(goal)];
    stdout.write(`| ${cells.join(' | ')} | ${met ? 'yes' : 'no'} |\n`);
  }
}
