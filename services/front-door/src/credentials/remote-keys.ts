import { BusinessError } from '@atelier/service-kit';
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from 'jose';
import { loopbackFetch } from '../loopback-fetch.ts';

/** The issuer cannot be asked: that says nothing about the token. */
export const issuerUnavailable = (cause: unknown): BusinessError =>
  new BusinessError('unavailable', 'Who you are cannot be verified at the moment.', { cause });

/** What a token is to blame for. */
const aboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

/** An issuer's published keys, fetched when needed; also from `*.localhost`. Throws `unavailable` when they cannot be had. */
export const remoteKeys = (jwksUri: string): JWTVerifyGetKey => {
  const keys = createRemoteJWKSet(new URL(jwksUri), { [customFetch]: loopbackFetch });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      throw aboutToken(error) ? error : issuerUnavailable(error);
    }
  };
};
