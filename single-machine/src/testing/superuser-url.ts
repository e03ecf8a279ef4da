import { databaseNames } from '../databases/logins.ts';
import type { Instance } from '../instance/instance.ts';
import { openSecrets } from '../instance/secrets.ts';

/** Where a test that breaks an instance, or counts what is left in it, reaches its PostgreSQL past every protection. */
export async function superuserUrl(
  instance: Instance,
  database: keyof typeof databaseNames,
  server: 'primary' | 'replica' = 'primary',
): Promise<string> {
  const { secretFor } = await openSecrets(instance);
  const password = secretFor('postgres/superuser');
  const port = instance.portOf(`postgres-${server}`);
  return `postgresql://postgres:${password}@127.0.0.1:${port}/${databaseNames[database]}`;
}
