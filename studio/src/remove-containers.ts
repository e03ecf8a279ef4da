import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { workbenchImage } from '../image/recipe.ts';
import type { StudioConfig } from './config.ts';
import { createPodmanEngine, runDirectoryOf, type SocketServer } from './containers/index.ts';

/**
 * Ends every container of a Studio that does not run: a planned stop leaves nothing behind, where a crash leaves
 * containers for the next Studio to adopt. What they stored stays. Returns how many there were.
 */
export async function removeContainers(
  config: Pick<StudioConfig, 'home' | 'imageCache'>,
): Promise<number> {
  const home = join(config.home, 'containers');
  if (!existsSync(home)) return 0;
  const image = workbenchImage(config.imageCache ?? undefined);
  const engine = await createPodmanEngine({
    home,
    imageStore: image.store,
    image: image.reference,
    serveSocket: (_socket, _accountId, path) => hangUp(path),
  });
  try {
    const containers = await engine.find({});
    for (const { name } of containers) await engine.remove(name);
    return containers.length;
  } finally {
    await engine.close();
  }
}

/** What a Studio keeps outside its home: sockets, and the state of running containers. */
export const runDirectory = ({ home }: Pick<StudioConfig, 'home'>): string =>
  runDirectoryOf(join(home, 'containers'));

/** For a Studio whose containers have been removed and that does not come back. */
export async function removeRunDirectory(config: Pick<StudioConfig, 'home'>): Promise<void> {
  await rm(runDirectory(config), { recursive: true, force: true });
}

/** Nobody answers any more. */
function hangUp(path: string): Promise<SocketServer> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () =>
      resolve({ close: () => new Promise((closed) => server.close(() => closed())) }),
    );
  });
}
