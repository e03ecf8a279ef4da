import type { VariantServer } from '../sagemaker/endpoints/variant-server.ts';
import { AwsError } from '../wire/errors.ts';
import { notAnswering } from './runtime-errors.ts';

export interface Chosen {
  readonly server: VariantServer;
  readonly listener: string;
}

/** By weight among those that answer, or the one asked for. `random` is in [0, 1). */
export const chooseVariant = (
  variants: readonly VariantServer[],
  target: string | undefined,
  random: number,
): Chosen => {
  const wanted =
    target === undefined ? variants : variants.filter(({ variant }) => variant.name === target);
  if (wanted.length === 0) {
    throw new AwsError('ValidationError', `Variant ${target} is not found for this endpoint.`);
  }
  const answering = wanted.flatMap((server) => {
    const listener = server.listener();
    return listener === null ? [] : [{ server, listener }];
  });
  const [first] = answering;
  if (first === undefined) throw notAnswering(wanted.map(({ variant }) => variant.name).join(', '));
  const total = answering.reduce((sum, { server }) => sum + server.weight, 0);
  let left = random * total;
  for (const choice of answering) {
    left -= choice.server.weight;
    if (left < 0) return choice;
  }
  return first;
};
