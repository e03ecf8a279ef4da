import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the base system holds beside Debian's minimal set; libgomp1 is needed by lightgbm and scikit-learn. */
export const BASE_PACKAGES = ['python3', 'python3-venv', 'ca-certificates', 'libgomp1', 'git'];

export const DEBIAN_SUITE = 'bookworm';

/** Grows when the way of building changes what comes out of it. */
const BUILD_VERSION = 1;

/** Shared by all instances on a machine; a store in it is never changed once it is there. */
export const IMAGE_CACHE = '/var/cache/atelier/images';

export interface WorkbenchImage {
  /** Hexadecimal hash of everything the image is made from. */
  readonly recipe: string;
  /** A podman graph root to name in `additionalimagestores`; read-only. */
  readonly store: string;
  /** `localhost/atelier-workbench:<recipe>`. */
  readonly reference: string;
}

/** The image this checkout's recipe makes, whether or not it has been built. */
export const workbenchImage = (cache: string = IMAGE_CACHE): WorkbenchImage => {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([BUILD_VERSION, DEBIAN_SUITE, BASE_PACKAGES, process.arch]));
  for (const file of ['Containerfile', 'requirements.lock']) {
    hash.update(readFileSync(join(import.meta.dirname, file)));
  }
  const recipe = hash.digest('hex').slice(0, 16);
  return { recipe, store: join(cache, recipe), reference: `localhost/atelier-workbench:${recipe}` };
};

export const isBuilt = (image: Pick<WorkbenchImage, 'store'>): boolean => existsSync(image.store);
