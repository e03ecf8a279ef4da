import { type Principal, principal, type Role } from '@atelier/contracts';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { z } from 'zod';
import { REQUEST_HEADER } from './clients.ts';
import { problemOf } from './problem-of.ts';

export const SESSION_KEY = ['session'] as const;
export const SIGN_IN_PATH = '/auth/login';

const session = z.object({ user: principal });
const signedOut = z.object({ location: z.string().optional() }).catch({});

/** The address of the sign-in that comes back to `path` of this application. */
export const signInUrl = (path: string): string =>
  `${SIGN_IN_PATH}?next=${encodeURIComponent(path)}`;

const readSession = async (): Promise<Principal | null> => {
  const response = await fetch('/auth/session', { headers: REQUEST_HEADER });
  if (response.status === 401) return null;
  if (!response.ok) throw await problemOf(response);
  return session.parse(await response.json()).user;
};

/** Who is signed in; null when nobody is. */
export const useSession = (): UseQueryResult<Principal | null, Error> =>
  useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 60_000 });

/** Ends the session here and, where the identity provider asks for it, there. */
export const signOut = async (afterwards: string): Promise<void> => {
  const response = await fetch('/auth/logout', {
    method: 'POST',
    headers: { ...REQUEST_HEADER, 'content-type': 'application/json' },
    body: '{}',
  });
  if (!response.ok && response.status !== 401) throw await problemOf(response);
  const { location } = signedOut.parse(await response.json().catch(() => ({})));
  globalThis.location.assign(location ?? afterwards);
};

export const CurrentUser = createContext<Principal | null>(null);

/** The person signed in, below a `SessionGate`. */
export const useUser = (): Principal => {
  const user = useContext(CurrentUser);
  if (user === null) throw new Error('useUser is for pages behind the sign-in');
  return user;
};

export const useHasRole = (...roles: Role[]): boolean => {
  const user = useUser();
  return roles.some((role) => user.roles.includes(role));
};
