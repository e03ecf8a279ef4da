import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { loopbackFetch } from '../loopback-fetch.ts';

/** An issuer's published keys, fetched when needed; also from `*.localhost`. */
export const remoteKeys = (jwksUri: string): JWTVerifyGetKey =>
  createRemoteJWKSet(new URL(jwksUri), { [customFetch]: loopbackFetch });
