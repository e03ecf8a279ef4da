import { runDirectory } from '@atelier/studio';
import type { Instance } from '../instance/instance.ts';

/** Every folder in which an instance keeps things; with the instance gone, nothing may name them any more. */
export const placesOf = (instance: Instance): string[] => [
  instance.home,
  runDirectory({ home: instance.path('studio') }),
];
