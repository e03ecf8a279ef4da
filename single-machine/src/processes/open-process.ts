import { type Instance, loadInstance } from '../instance/instance.ts';
import { openSecrets, type Secrets } from '../instance/secrets.ts';
import { ensureSystemUser, type SystemUser } from '../system-user.ts';

/** Whom everything runs as that needs neither containers nor other people's processes. */
export const SERVICE_USER = 'atelier';

/** What every process reads before it gives root up. */
export async function openProcess(): Promise<{
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly user: SystemUser | null;
}> {
  const instance = loadInstance(process.env);
  return {
    instance,
    secrets: await openSecrets(instance),
    user: await ensureSystemUser(SERVICE_USER),
  };
}
