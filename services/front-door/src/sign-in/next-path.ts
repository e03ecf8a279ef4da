import { invalid } from '@atelier/service-kit';

/**
 * Where to go after the sign-in: a path of the same origin and nothing else. Throws `invalid_request` for whatever a
 * browser might take for another place.
 */
export const nextPath = (given: string | undefined, origin: string): string => {
  if (given === undefined || given === '') return '/';
  const refused = invalid('/query/next', 'is not a path of this application');
  // Browsers drop control characters and read backslashes as slashes.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (!given.startsWith('/') || /[\u0000-\u0020\\\u007f]/.test(given) || given.length > 2000) {
    throw refused;
  }
  if (!URL.canParse(given, origin)) throw refused;
  const url = new URL(given, origin);
  const path = `${url.pathname}${url.search}${url.hash}`;
  // A dot segment can leave two slashes in front: `/.//evil.example`.
  if (url.origin !== origin || path.startsWith('//')) throw refused;
  return path;
};
