import { isBuilt, workbenchImage } from '../../image/recipe.ts';

/** The workbench image that tests run with: the one the environment names, else the one this checkout's recipe made. */
export const testImage = (): { imageStore: string; image: string } => {
  const { store, reference } = workbenchImage();
  const named = process.env.ATELIER_TEST_IMAGE_STORE;
  if (named !== undefined) {
    return { imageStore: named, image: process.env.ATELIER_TEST_IMAGE ?? reference };
  }
  if (!isBuilt({ store }))
    throw new Error(`no workbench image in ${store}: node studio/image/build.ts`);
  return { imageStore: store, image: reference };
};
