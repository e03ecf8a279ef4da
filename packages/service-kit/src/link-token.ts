import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';

/**
 * A secret that somebody carries in a link or a key: which tenant and which row, then 32 random bytes. Only the hash is
 * stored, so the row proves the secret and the secret finds the row; what it claims counts for nothing until then.
 */
export interface LinkToken {
  readonly tenantId: string;
  readonly id: string;
  readonly hash: string;
}

const ID_BYTES = 16;
const SECRET_BYTES = 32;
const LENGTH = 2 * ID_BYTES + SECRET_BYTES;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Makes a secret for a row; 86 characters that fit a URL. */
export const mintLinkToken = (
  tenantId: string,
  id: string,
): LinkToken & { readonly token: string } => {
  const bytes = Buffer.concat([parse(tenantId), parse(id), randomBytes(SECRET_BYTES)]);
  return { tenantId, id, hash: hashOf(bytes), token: bytes.toString('base64url') };
};

/** What a secret claims, and the hash to hold against the row; null for what is none. */
export const readLinkToken = (token: string): LinkToken | null => {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== LENGTH || bytes.toString('base64url') !== token) return null;
  try {
    return {
      tenantId: stringify(bytes.subarray(0, ID_BYTES)),
      id: stringify(bytes.subarray(ID_BYTES, 2 * ID_BYTES)),
      hash: hashOf(bytes),
    };
  } catch {
    return null;
  }
};

export const sameHash = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
