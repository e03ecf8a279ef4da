import type { IncomingMessage } from 'node:http';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

/**
 * Why a request may not reach a notebook, judged by where the browser says it comes from; null when it may. JupyterLab
 * itself does not check this for requests that carry its token, and ours all do.
 */
export const refusalByOrigin = (
  request: IncomingMessage,
  kind: 'request' | 'upgrade',
): string | null => {
  const host = headerOf(request, 'host');
  const origin = headerOf(request, 'origin');
  const own = `http://${host}`;
  if (origin !== null && origin !== own) return `origin ${origin} is not this notebook's`;
  if (kind === 'upgrade') return origin === null ? 'an upgrade names its origin' : null;
  const method = request.method ?? 'GET';
  if (!SAFE_METHODS.has(method)) return origin === null ? `${method} names its origin` : null;
  const site = headerOf(request, 'sec-fetch-site');
  const openedByPerson =
    headerOf(request, 'sec-fetch-mode') === 'navigate' &&
    headerOf(request, 'sec-fetch-dest') === 'document';
  // Another notebook's page counts as the same site: only this origin may load parts of this one.
  if (site !== null && site !== 'same-origin' && site !== 'none' && !openedByPerson) {
    return `a ${site} page may not load this`;
  }
  return null;
};

/** Value of one cookie; null when it is absent. */
export const cookieOf = (request: IncomingMessage, name: string): string | null => {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
};
