import { createPostgresEventBus } from '@atelier/cloud/single-machine';
import pg from 'pg';
import { createFrontDoor } from './app.ts';
import { loadConfig } from './config.ts';

const { host, port, eventsDatabaseUrl, ...config } = loadConfig(process.env);
const eventsPool = new pg.Pool({ connectionString: eventsDatabaseUrl, max: 4 });
eventsPool.on('error', () => undefined);

const frontDoor = await createFrontDoor({
  ...config,
  eventBus: createPostgresEventBus({ pool: eventsPool }),
  // Deployed, the identity provider has an address of its own, and mail is really sent.
  passThroughs: [],
});
await frontDoor.app.listen({ host, port });

const stop = async (): Promise<void> => {
  await frontDoor.close();
  await eventsPool.end();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    stop().catch((error: unknown) => {
      frontDoor.app.log.error({ err: error }, 'the front-door did not stop in good order');
      process.exitCode = 1;
    });
  });
}
