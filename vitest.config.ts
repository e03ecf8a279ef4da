import { defineConfig } from 'vitest/config';

/** One project per question: `unit` needs no server; the others start what they use (see `tests/`). */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,services,studio,single-machine,apps}/**/*.test.ts'],
          exclude: [
            '**/node_modules/**',
            '**/dist/**',
            '**/*.service.test.ts',
            '**/*.port.test.ts',
          ],
          isolate: false,
        },
      },
      {
        test: {
          name: 'ports',
          include: ['packages/**/*.port.test.ts'],
          globalSetup: ['single-machine/src/testing/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'services',
          include: ['{services,studio,single-machine,packages}/**/*.service.test.ts'],
          globalSetup: ['single-machine/src/testing/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
