import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

const minutes = (count: number) => count * 60_000;

/** Starts one PostgreSQL with a replica for all files of the project. */
const withPostgres = { globalSetup: ['single-machine/src/testing/global-setup.ts'] };
/** Joins the instance that the run shares, or starts one for the project. */
const withStack = { globalSetup: ['tests/harness/global-setup.ts'] };

function project(
  name: string,
  include: string,
  options: { globalSetup?: string[]; timeoutMs: number },
): TestProjectConfiguration {
  const { timeoutMs, ...rest } = options;
  return {
    test: {
      name,
      include: [include],
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      fileParallelism: false,
      ...rest,
    },
  };
}

/** One project per question: `unit` needs no server; the others start what they use. `npm test` runs them in turn. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,studio,single-machine,apps,tests}/**/*.test.{ts,tsx}'],
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            '**/*.service.test.ts',
            '**/*.port.test.ts',
            'tests/{contract,clients,isolation,acceptance,browser,chaos}/**',
          ],
          isolate: false,
        },
      },
      project('ports', 'packages/**/*.port.test.ts', { ...withPostgres, timeoutMs: minutes(1) }),
      project('services', '{services,studio,single-machine,packages}/**/*.service.test.ts', {
        ...withPostgres,
        timeoutMs: minutes(2),
      }),
      project('contract', 'tests/contract/**/*.test.ts', { ...withStack, timeoutMs: minutes(2) }),
      project('clients', 'tests/clients/**/*.test.ts', { ...withStack, timeoutMs: minutes(5) }),
      project('isolation', 'tests/isolation/**/*.test.ts', { ...withStack, timeoutMs: minutes(5) }),
      project('journey', 'tests/acceptance/**/*.test.ts', { ...withStack, timeoutMs: minutes(10) }),
      project('browser', 'tests/browser/**/*.test.ts', { ...withStack, timeoutMs: minutes(5) }),
      project('chaos', 'tests/chaos/**/*.test.ts', { timeoutMs: minutes(10) }),
    ],
  },
});
