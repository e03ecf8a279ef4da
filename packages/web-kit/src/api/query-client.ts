import { ProblemError } from '@atelier/contracts';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { SESSION_KEY } from './session.ts';

const MAX_RETRIES = 2;

/** Worth asking again without a person: the service was away, or the network was. */
const mayPass = (error: Error): boolean =>
  error instanceof ProblemError ? error.problem.status >= 502 : error instanceof TypeError;

/** A 401 anywhere means that the session ended: the gate then leads to the sign-in. */
export const createQueryClient = (): QueryClient => {
  const onError = (error: Error): void => {
    if (error instanceof ProblemError && error.problem.status === 401) {
      queries.setQueryData(SESSION_KEY, null);
    }
  };
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < MAX_RETRIES && mayPass(error),
      },
      mutations: { retry: false },
    },
  });
  return queries;
};
