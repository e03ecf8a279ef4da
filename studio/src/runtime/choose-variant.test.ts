import { Agent } from 'node:http';
import { expect, test } from 'vitest';
import type { VariantServer } from '../sagemaker/endpoints/variant-server.ts';
import { chooseVariant } from './choose-variant.ts';

const server = (name: string, weight: number, listener: string | null): VariantServer => ({
  variant: {
    name,
    model: { roleArn: '', image: '', modelDataUrl: null, environment: {} },
    instanceType: 'ml.m5.large',
    weight,
    diskBytes: 1,
    startupSeconds: 1,
    logStream: '',
  },
  listener: () => listener,
  agent: new Agent(),
  weight,
  start: () => Promise.resolve(),
  bringBack: () => undefined,
  detach: () => undefined,
  remove: () => Promise.resolve(),
});

const chosen = (variants: readonly VariantServer[], target: string | undefined, random: number) =>
  chooseVariant(variants, target, random).server.variant.name;

test('variants are asked in proportion to their weights', () => {
  const variants = [server('a', 1, '/a'), server('b', 3, '/b'), server('c', 0, '/c')];
  const counts = { a: 0, b: 0, c: 0 };
  for (let index = 0; index < 400; index += 1) {
    counts[chosen(variants, undefined, index / 400) as 'a' | 'b' | 'c'] += 1;
  }
  expect(counts).toEqual({ a: 100, b: 300, c: 0 });
});

test('one that does not answer is passed over, a named one is not replaced', () => {
  const variants = [server('a', 1, null), server('b', 1, '/b')];
  expect(chosen(variants, undefined, 0)).toBe('b');
  expect(() => chosen(variants, 'a', 0)).toThrow(/being restarted/u);
  expect(() => chosen(variants, 'x', 0)).toThrow(/is not found/u);
});
