import { createLogger, loadConfig, startStudio } from '@atelier/studio';
import { openProcess } from './open-process.ts';
import { createPlatform } from './platform.ts';
import { runProcess } from './run-process.ts';

/** Studio stays root: it starts containers as other users. Its events go to the bus that services listen to. */
await runProcess(async () => {
  const { instance, secrets } = await openProcess();
  const platform = createPlatform({ instance, secrets });
  await platform.connections.migrateCloud();
  const config = loadConfig({
    DATABASE_URL: platform.connections.studioUrl,
    STUDIO_HOME: instance.path('studio'),
    STUDIO_PORT: String(instance.portOf('studio')),
    STUDIO_PUBLIC_URL: instance.addresses.studio,
    STUDIO_FRONT_DOOR_SOCKET: instance.path('front-door.sock'),
    STUDIO_LAUNCH_PAGE_URL: `${instance.addresses.crm}/workbench/launch`,
  });
  const running = await startStudio(config, {
    events: (event) => platform.eventBus.publish([event]),
    logger: createLogger((line) => process.stdout.write(line)),
  });
  return {
    async stop() {
      await running.close();
      await platform.close();
    },
  };
});
