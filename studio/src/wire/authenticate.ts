import { LRUCache } from 'lru-cache';
import type { Caller } from '../iam/access.ts';
import { AuthenticationError } from './authentication-error.ts';
import type { ChunkSigning } from './chunked.ts';
import {
  algorithm,
  type CredentialScope,
  canonicalPaths,
  canonicalRequest,
  sameSignature,
  scopeText,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
} from './sigv4.ts';

export type KeyLookup =
  | { readonly found: true; readonly secret: string; readonly caller: Caller }
  | { readonly found: false; readonly fault: 'unknown-key' | 'invalid-token' | 'expired-token' };

/** Knows every access key: `iam/` implements it. */
export interface KeyRing {
  lookup(accessKeyId: string, sessionToken: string | null): Promise<KeyLookup>;
}

export interface SignedRequest {
  readonly method: string;
  /** As on the wire, without query. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  /** The signing name this request must be made out to. */
  readonly service: string;
  /** Reads the whole body; asked only when its hash is not in a header. */
  readonly readBody: () => Promise<Uint8Array>;
}

export interface Authentication {
  readonly caller: Caller;
  readonly region: string;
  /** Hash or `STREAMING-…`/`UNSIGNED-PAYLOAD` that the signature covers. */
  readonly payloadHash: string;
  readonly signing: ChunkSigning;
}

export type Authenticate = (request: SignedRequest) => Promise<Authentication>;

const maxSkewMs = 15 * 60 * 1000;
const maxPresignSeconds = 7 * 24 * 60 * 60;

const badSignature =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

const lookupFaults = {
  'unknown-key': 'The security token included in the request is invalid.',
  'invalid-token': 'The security token included in the request is invalid.',
  'expired-token': 'The security token included in the request is expired',
} as const;

/** Verifies who signed a request. Throws `AuthenticationError`. */
export function createAuthenticate(deps: {
  readonly keys: KeyRing;
  readonly region: string;
  readonly now: () => Date;
}): Authenticate {
  const signingKeys = new LRUCache<string, Buffer>({ max: 5_000 });

  return async (request) => {
    const claim = parseClaim(request);
    try {
      checkScope(claim, request.service, deps.region);
      checkTime(claim, deps.now().getTime());
      // Also keeps what no database text may hold from being looked for.
      const key = /^[A-Z0-9]{16,128}$/.test(claim.accessKeyId)
        ? await deps.keys.lookup(claim.accessKeyId, claim.sessionToken)
        : ({ found: false, fault: 'unknown-key' } as const);
      if (!key.found) throw new AuthenticationError(key.fault, lookupFaults[key.fault]);
      const cacheKey = `${claim.accessKeyId}/${scopeText(claim.scope)}`;
      const signer = signingKeys.get(cacheKey) ?? signingKey(key.secret, claim.scope);
      signingKeys.set(cacheKey, signer);
      const payloadHash = await payloadHashOf(request, claim);
      checkSignature(request, claim, signer, payloadHash);
      return {
        caller: key.caller,
        region: claim.scope.region,
        payloadHash,
        signing: {
          key: signer,
          timestamp: claim.timestamp,
          scope: scopeText(claim.scope),
          seedSignature: claim.signature,
        },
      };
    } catch (error) {
      if (error instanceof AuthenticationError) error.accessKeyId = claim.accessKeyId;
      throw error;
    }
  };
}

interface Claim {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** Lifetime of a presigned URL; null for a signed request. */
  readonly expiresSeconds: number | null;
  readonly sessionToken: string | null;
}

function parseClaim(request: SignedRequest): Claim {
  const authorization = request.headers.get('authorization');
  if (authorization !== undefined) return parseHeader(authorization, request.headers);
  if (request.query.has('X-Amz-Algorithm')) {
    return parsePresigned(request.query, request.headers);
  }
  if (request.query.has('AWSAccessKeyId')) {
    throw incomplete(
      'Signature Version 2 is not supported: set signature_version = s3v4 in the SDK configuration.',
    );
  }
  throw new AuthenticationError('missing', 'Missing Authentication Token');
}

function parseHeader(authorization: string, headers: ReadonlyMap<string, string>): Claim {
  if (!authorization.startsWith(`${algorithm} `)) {
    throw incomplete(`Authorization header requires the ${algorithm} algorithm.`);
  }
  const fields = new Map(
    authorization
      .slice(algorithm.length)
      .split(',')
      .map((field) => {
        const equals = field.indexOf('=');
        return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
      }),
  );
  const signedHeaders = parseSignedHeaders(fields.get('SignedHeaders'));
  checkHeadersSigned(headers, signedHeaders);
  return {
    ...parseCredential(fields.get('Credential')),
    signedHeaders,
    signature: required(fields.get('Signature'), 'Signature'),
    timestamp: required(headers.get('x-amz-date'), 'X-Amz-Date'),
    expiresSeconds: null,
    sessionToken: headers.get('x-amz-security-token') ?? null,
  };
}

function parsePresigned(query: URLSearchParams, headers: ReadonlyMap<string, string>): Claim {
  const get = (name: string): string => required(query.get(name) ?? undefined, name);
  const signedHeaders = parseSignedHeaders(get('X-Amz-SignedHeaders'));
  checkHeadersSigned(headers, signedHeaders);
  if (get('X-Amz-Algorithm') !== algorithm) {
    throw incomplete(`X-Amz-Algorithm only supports "${algorithm}".`);
  }
  const expires = get('X-Amz-Expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > maxPresignSeconds) {
    throw incomplete(`X-Amz-Expires must be between 1 and ${maxPresignSeconds} seconds.`);
  }
  return {
    ...parseCredential(get('X-Amz-Credential')),
    signedHeaders,
    signature: get('X-Amz-Signature'),
    timestamp: get('X-Amz-Date'),
    expiresSeconds: Number(expires),
    sessionToken: query.get('X-Amz-Security-Token'),
  };
}

function parseCredential(text: string | undefined): {
  accessKeyId: string;
  scope: CredentialScope;
} {
  const [accessKeyId, date, region, service, terminator, ...rest] = (text ?? '').split('/');
  if (
    !accessKeyId ||
    !date ||
    !region ||
    !service ||
    terminator !== 'aws4_request' ||
    rest.length
  ) {
    throw incomplete(
      'The credential must have the form <key>/<date>/<region>/<service>/aws4_request.',
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

function parseSignedHeaders(text: string | undefined): readonly string[] {
  const names = required(text, 'SignedHeaders').split(';');
  if (!names.includes('host')) throw incomplete("'Host' must be a 'SignedHeader' in the request.");
  return names;
}

/** An `x-amz-…` header outside the signature could change what a signed request means. */
function checkHeadersSigned(
  headers: ReadonlyMap<string, string>,
  signedHeaders: readonly string[],
): void {
  for (const name of headers.keys()) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) {
      throw new AuthenticationError(
        'unsigned-headers',
        `There were headers present in the request which were not signed: ${name}`,
      );
    }
  }
}

function checkScope(claim: Claim, service: string, region: string): void {
  const { scope } = claim;
  if (scope.service !== service) throw wrongScope(`service: '${service}'`);
  if (scope.region !== region) throw wrongScope(`region: '${region}'`);
  if (scope.date !== claim.timestamp.slice(0, 8)) {
    throw new AuthenticationError(
      'wrong-scope',
      'Date in Credential scope does not match X-Amz-Date.',
    );
  }
}

function checkTime(claim: Claim, now: number): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.timestamp);
  if (!match) throw incomplete('X-Amz-Date must be in the ISO 8601 basic format.');
  const [, year, month, day, hour, minute, second] = match;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(signedAt)) throw incomplete('X-Amz-Date is not a date.');
  if (signedAt > now + maxSkewMs) {
    throw new AuthenticationError('skew', `Signature not yet current: ${claim.timestamp}`);
  }
  if (claim.expiresSeconds === null) {
    if (signedAt < now - maxSkewMs) {
      throw new AuthenticationError('skew', `Signature expired: ${claim.timestamp}`);
    }
  } else if (now > signedAt + claim.expiresSeconds * 1000) {
    throw new AuthenticationError('expired-url', 'Request has expired');
  }
}

async function payloadHashOf(request: SignedRequest, claim: Claim): Promise<string> {
  const declared = request.headers.get('x-amz-content-sha256');
  if (request.service !== 's3') {
    const hash = declared === undefined ? sha256Hex(await request.readBody()) : declared;
    if (!isSha256(hash)) throw incomplete('x-amz-content-sha256 must be the hash of the body.');
    return hash;
  }
  const hash =
    claim.expiresSeconds === null
      ? required(declared, 'x-amz-content-sha256')
      : (request.query.get('X-Amz-Content-Sha256') ?? declared ?? 'UNSIGNED-PAYLOAD');
  if (!isSha256(hash) && hash !== 'UNSIGNED-PAYLOAD' && !hash.startsWith('STREAMING-')) {
    throw incomplete('x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a SHA-256.');
  }
  return hash;
}

const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

function checkSignature(
  request: SignedRequest,
  claim: Claim,
  signer: Uint8Array,
  payloadHash: string,
): void {
  const matches = pathsOf(request).some((canonicalPath) => {
    const canonical = canonicalRequest({ ...request, ...claim, canonicalPath, payloadHash });
    return sameSignature(
      claim.signature,
      sign(signer, stringToSign(claim.timestamp, claim.scope, canonical)),
    );
  });
  if (!matches) throw new AuthenticationError('signature', badSignature);
}

function pathsOf(request: SignedRequest): readonly string[] {
  try {
    return canonicalPaths(request.rawPath, request.service);
  } catch {
    throw incomplete('The path is not valid percent-encoded UTF-8.');
  }
}

function required(value: string | undefined, name: string): string {
  if (!value) throw incomplete(`Authorization requires '${name}' parameter.`);
  return value;
}

const incomplete = (message: string): AuthenticationError =>
  new AuthenticationError('incomplete', message);

const wrongScope = (expected: string): AuthenticationError =>
  new AuthenticationError('wrong-scope', `Credential should be scoped to a valid ${expected}.`);
