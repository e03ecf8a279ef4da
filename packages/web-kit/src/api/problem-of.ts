import { ProblemError, problem } from '@atelier/contracts';

/** A refusal of the front-door's own endpoints, which no contract describes. */
export const problemOf = async (response: Response): Promise<ProblemError> => {
  const read = problem.safeParse(await response.json().catch(() => null));
  return new ProblemError(
    read.success
      ? read.data
      : {
          type: 'about:blank',
          title: response.statusText || `The front-door answered ${response.status}`,
          status: response.status,
          code: response.status >= 500 ? 'unavailable' : 'invalid_request',
          requestId: response.headers.get('x-request-id') ?? '',
        },
  );
};
