import type { variant } from '@atelier/contracts';
import type { z } from 'zod';

export type Variant = z.infer<typeof variant> & { readonly instanceType: string };

/** Kinds of workbench, as an operator offers them. */
export const VARIANTS: readonly Variant[] = [
  {
    name: 'standard',
    description: 'Notebooks, training jobs and endpoints for everyday work.',
    unavailable: null,
    memoryGb: 4,
    cpus: 2,
    instanceType: 'ml.t3.large',
  },
  {
    name: 'large',
    description: 'More memory for larger tables.',
    unavailable: null,
    memoryGb: 8,
    cpus: 2,
    instanceType: 'ml.t3.2xlarge',
  },
  {
    name: 'gpu',
    description: 'A graphics processor for neural networks.',
    unavailable: 'This provider offers no graphics processors.',
    memoryGb: 16,
    cpus: 4,
    instanceType: 'ml.g5.xlarge',
  },
];

export const findVariant = (name: string): Variant | null =>
  VARIANTS.find((variant) => variant.name === name) ?? null;
