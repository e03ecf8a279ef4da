import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** AWS Signature Version 4, the parts both sides compute. Pure; `authenticate.ts` decides what is accepted. */
export const algorithm = 'AWS4-HMAC-SHA256';

export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  /** Signing name: `s3`, `sagemaker`. */
  readonly service: string;
}

export const scopeText = (scope: CredentialScope): string =>
  `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

export const sha256Hex = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

export const emptySha256 = sha256Hex('');

const hmac = (key: string | Uint8Array, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

export const signingKey = (secret: string, scope: CredentialScope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, scope.date), scope.region), scope.service), 'aws4_request');

export const sign = (key: Uint8Array, stringToSign: string): string =>
  hmac(key, stringToSign).toString('hex');

/** Takes the same time wherever the two differ. */
export function sameSignature(given: string | null, expected: string): boolean {
  const givenBytes = Buffer.from(given ?? '');
  const expectedBytes = Buffer.from(expected);
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}

export const stringToSign = (
  timestamp: string,
  scope: CredentialScope,
  canonicalRequest: string,
): string => `${algorithm}\n${timestamp}\n${scopeText(scope)}\n${sha256Hex(canonicalRequest)}`;

/** RFC 3986: everything but unreserved characters is escaped, unlike `encodeURIComponent`. */
export const uriEncode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export interface CanonicalParts {
  readonly method: string;
  readonly canonicalPath: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const headers = parts.signedHeaders
    .map((name) => `${name}:${(parts.headers.get(name) ?? '').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  return [
    parts.method,
    parts.canonicalPath,
    canonicalQuery(parts.query),
    headers,
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The paths a client may have signed for `rawPath`. S3 signs the path encoded once; some clients escape less on the
 * wire than in the signature, so both spellings of the same path are tried. Everything else signs it encoded twice.
 */
export function canonicalPaths(rawPath: string, service: string): readonly string[] {
  if (service !== 's3') {
    return [rawPath.split('/').map(uriEncode).join('/')];
  }
  const encoded = decodedSegments(rawPath).map(uriEncode).join('/');
  return encoded === rawPath ? [rawPath] : [encoded, rawPath];
}

/** Throws `URIError` on a path that is not valid percent-encoded UTF-8. */
const decodedSegments = (rawPath: string): string[] => rawPath.split('/').map(decodeURIComponent);

export const decodePath = (rawPath: string): string => decodedSegments(rawPath).join('/');
