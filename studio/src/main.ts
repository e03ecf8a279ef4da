import { loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { startStudio } from './start.ts';

const write = (line: string): void => {
  process.stdout.write(line);
};

/** Alone, Studio tells the world what happened by JSON lines; under `npm start` the event bus takes its place. */
const running = await startStudio(loadConfig(process.env), {
  events: async (event) => write(`${JSON.stringify({ event })}\n`),
  logger: createLogger(write),
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${(error as Error).stack}\n`);
        process.exit(1);
      },
    );
  });
}
