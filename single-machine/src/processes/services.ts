import { composeServices } from './compose-services.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { listenAll } from './hosted.ts';
import { openProcess } from './open-process.ts';
import { createPlatform } from './platform.ts';
import { runProcess } from './run-process.ts';

/** Every service, the identity provider and the caught mail: one process, each on a listener of its own. */
await runProcess(async () => {
  const { instance, secrets, user } = await openProcess();
  const platform = createPlatform({ instance, secrets });
  await platform.connections.migrateCloud();
  const services = await composeServices(platform);
  await listenAll(instance, services);
  dropPrivileges(user);
  return {
    async stop() {
      await Promise.all(services.map((service) => service.close()));
      await platform.close();
    },
  };
});
