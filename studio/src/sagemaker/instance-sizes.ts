import { availableParallelism } from 'node:os';
import type { ContainerLimits } from '../containers/engine.ts';
import { validationError } from '../wire/errors.ts';

const GIB = 1024 ** 3;

/** What a size means here: a share of one machine, not Amazon's hardware. */
const sizes: Readonly<Record<string, Omit<ContainerLimits, 'diskBytes'>>> = {
  medium: { cpus: 1, memoryBytes: 2 * GIB, pids: 512 },
  large: { cpus: 2, memoryBytes: 4 * GIB, pids: 512 },
  xlarge: { cpus: 4, memoryBytes: 6 * GIB, pids: 1024 },
  '2xlarge': { cpus: 8, memoryBytes: 8 * GIB, pids: 1024 },
};

/** General families without accelerators. */
const typePattern = /^ml\.(?:t2|t3|m[4-7][a-z]*|c[4-7][a-z]*|r[5-7][a-z]*)\.(\w+)$/u;

/** Throws, saying what can be chosen, when the type is not to be had here. */
export const limitsOf = (instanceType: string): Omit<ContainerLimits, 'diskBytes'> => {
  const size = sizes[typePattern.exec(instanceType)?.[1] ?? ''];
  if (size === undefined) {
    throw validationError(
      `Instance type ${instanceType} is not available here. Choose a general type without accelerators ` +
        `of size ${Object.keys(sizes).join(', ')}, for example ml.m5.large.`,
    );
  }
  return { ...size, cpus: Math.min(size.cpus, availableParallelism()) };
};
