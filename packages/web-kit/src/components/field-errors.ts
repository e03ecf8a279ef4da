import { ProblemError } from '@atelier/contracts';

/** Messages of a refused form by the name of its field (`/body/email` → `email`). */
export const fieldErrors = (error: Error | null): Readonly<Partial<Record<string, string>>> => {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(
    (error.problem.errors ?? []).map(({ pointer, message }) => [
      pointer.replace(/^\/body\//, '').split('/')[0] ?? pointer,
      message,
    ]),
  );
};
