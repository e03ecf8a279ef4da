import { AwsError } from './errors.ts';

/** Why a request is not believed to come from who it says. */
export type AuthenticationFault =
  | 'missing'
  | 'incomplete'
  | 'unknown-key'
  | 'invalid-token'
  | 'expired-token'
  | 'signature'
  | 'skew'
  | 'expired-url'
  | 'unsigned-headers'
  | 'wrong-scope'
  | 'foreign-socket';

export class AuthenticationError extends Error {
  override readonly name = 'AuthenticationError';
  readonly fault: AuthenticationFault;
  /** The access key the request named, for the audit. */
  accessKeyId: string | null = null;

  constructor(fault: AuthenticationFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Services answer the same fault with codes of their own, and SDKs know those. */
export type ErrorFlavour = 's3' | 'json' | 'query';

const codes: Readonly<Record<AuthenticationFault, Readonly<Record<ErrorFlavour, string>>>> = {
  missing: {
    s3: 'AccessDenied',
    json: 'MissingAuthenticationTokenException',
    query: 'MissingAuthenticationToken',
  },
  incomplete: {
    s3: 'AuthorizationHeaderMalformed',
    json: 'IncompleteSignatureException',
    query: 'IncompleteSignature',
  },
  'unknown-key': {
    s3: 'InvalidAccessKeyId',
    json: 'UnrecognizedClientException',
    query: 'InvalidClientTokenId',
  },
  'invalid-token': {
    s3: 'InvalidToken',
    json: 'UnrecognizedClientException',
    query: 'InvalidClientTokenId',
  },
  'expired-token': { s3: 'ExpiredToken', json: 'ExpiredTokenException', query: 'ExpiredToken' },
  signature: {
    s3: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  skew: {
    s3: 'RequestTimeTooSkewed',
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  'expired-url': {
    s3: 'AccessDenied',
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  'unsigned-headers': {
    s3: 'AccessDenied',
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  'wrong-scope': {
    s3: 'AuthorizationHeaderMalformed',
    json: 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
  },
  'foreign-socket': {
    s3: 'AccessDenied',
    json: 'AccessDeniedException',
    query: 'AccessDenied',
  },
};

const badRequests: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'IncompleteSignatureException',
  'IncompleteSignature',
  'InvalidToken',
]);

export function authenticationErrorFor(
  error: AuthenticationError,
  flavour: ErrorFlavour,
): AwsError {
  const code = codes[error.fault][flavour];
  const expiredAtS3 = flavour === 's3' && error.fault === 'expired-token';
  return new AwsError(code, error.message, {
    status: badRequests.has(code) || expiredAtS3 ? 400 : 403,
  });
}
