/**
 * An error as AWS answers it. `code` and `message` are Amazon's own texts where SDKs parse them
 * ("Could not find …", "Cannot create already existing model …").
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;
  /** Members beside the message (`OriginalStatusCode` of `ModelError`). */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status ?? 400;
    this.details = options.details ?? {};
  }
}

export const validationError = (message: string): AwsError =>
  new AwsError('ValidationException', message);

/**
 * `action` and `resource` appear as in Amazon's own text, which people search for; `reason` is its end: "because no
 * identity-based policy allows the s3:GetObject action".
 */
export const accessDenied = (
  callerArn: string,
  action: string,
  resource: string,
  reason = '',
): AwsError =>
  new AwsError(
    'AccessDeniedException',
    `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource}${reason && ` ${reason}`}`,
    { status: 403 },
  );
