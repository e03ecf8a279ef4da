import { chown, mkdir } from 'node:fs/promises';
import type { Instance } from '../instance/instance.ts';
import { SERVICE_USER } from '../processes/open-process.ts';
import { ensureSystemUser } from '../system-user.ts';

/** Folders that processes go on writing to after they have given root up. */
const SERVICE_FOLDERS = ['mail', 'secret-store', 'worker'];

/** Makes the home: passable for the users that processes run as, its secrets readable by root alone. */
export async function prepareHome(instance: Instance): Promise<void> {
  await mkdir(instance.home, { recursive: true, mode: 0o711 });
  const user = await ensureSystemUser(SERVICE_USER);
  for (const name of SERVICE_FOLDERS) {
    await mkdir(instance.path(name), { recursive: true, mode: 0o700 });
    if (user) await chown(instance.path(name), user.uid, user.gid);
  }
}
