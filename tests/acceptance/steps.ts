import { stdout } from 'node:process';

/** Runs the steps of one story in order, and prints how long each took; later ones fail when an earlier one did. */
export function createStory() {
  const took: { what: string; ms: number }[] = [];
  return {
    async step<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
      const began = performance.now();
      const value = await act();
      const ms = performance.now() - began;
      took.push({ what, ms });
      stdout.write(`  ${(ms / 1000).toFixed(1).padStart(6)} s  ${what}\n`);
      return value;
    },
    print(): void {
      const total = took.reduce((sum, { ms }) => sum + ms, 0);
      stdout.write(`  ${(total / 1000).toFixed(1).padStart(6)} s  in all\n`);
    },
  };
}
