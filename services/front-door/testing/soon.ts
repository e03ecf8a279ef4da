import { expect } from 'vitest';

/** Expects something that happens within moments, on a machine that may be busy with other things. */
export const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 });
