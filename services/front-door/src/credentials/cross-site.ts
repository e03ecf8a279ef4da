import { BusinessError } from '@atelier/service-kit';
import type { Application } from '../applications/application.ts';

/** Only a script of the same origin can set it. */
export const REQUEST_HEADER = 'atelier-request';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses requests that a foreign page made a browser send with its cookie: whatever changes something needs a header that
 * only this origin's scripts can set, and no request may say that it comes from elsewhere. Throws `forbidden`.
 */
export const refuseCrossSite = (
  application: Application,
  request: { method: string; headers: Readonly<Record<string, string | string[] | undefined>> },
): void => {
  const { headers } = request;
  const refuse = (detail: string) => {
    throw new BusinessError('forbidden', detail);
  };
  const site = headers['sec-fetch-site'];
  const origin = headers.origin;
  const safe = SAFE_METHODS.has(request.method);
  // `none`: typed into the address bar, which changes nothing.
  const fromHere = site === undefined || site === 'same-origin' || (safe && site === 'none');
  if (!fromHere || (origin !== undefined && origin !== application.origin)) {
    refuse('The request comes from another site.');
  }
  if (!safe && headers[REQUEST_HEADER] !== '1') {
    refuse(`Requests that change something need the header ${REQUEST_HEADER}: 1.`);
  }
};
