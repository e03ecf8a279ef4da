import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The workbench image that tests run with: the one the environment names, else the newest the machine has built. */
export const testImage = (): { imageStore: string; image: string } => {
  const named = process.env.ATELIER_TEST_IMAGE_STORE;
  const image = process.env.ATELIER_TEST_IMAGE ?? 'localhost/atelier/workbench:latest';
  if (named !== undefined) return { imageStore: named, image };
  const cache = '/var/cache/atelier/images';
  const stores = existsSync(cache) ? readdirSync(cache) : [];
  const store = stores.find((name) => existsSync(join(cache, name, 'overlay-images')));
  if (store === undefined) throw new Error(`no workbench image under ${cache}: build it first`);
  return { imageStore: join(cache, store), image };
};
