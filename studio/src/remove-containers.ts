import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { workbenchImage } from '../image/recipe.ts';
import type { StudioConfig } from './config.ts';
import { createPodmanEngine } from './containers/index.ts';

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
    // Nobody answers any more.
    serveSocket: async () => ({ close: async () => {} }),
  });
  try {
    const containers = await engine.find({});
    for (const { name } of containers) await engine.remove(name);
    return containers.length;
  } finally {
    await engine.close();
  }
}
