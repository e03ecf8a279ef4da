import type { ProblemCode } from '@atelier/contracts';

export interface FieldError {
  /** JSON pointer into what was sent: `/body/email`. */
  readonly pointer: string;
  readonly message: string;
}

/**
 * A refusal or failure in the words of the business. It knows no HTTP; `problem-status.ts` chooses the status, in one place.
 * `message` is shown to the person who asked.
 */
export class BusinessError extends Error {
  override readonly name = 'BusinessError';
  readonly code: ProblemCode;
  readonly fields: readonly FieldError[];

  constructor(
    code: ProblemCode,
    message: string,
    options: { fields?: readonly FieldError[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? [];
  }
}

/** One text for absent and for somebody else's, so that the answer tells nothing. */
export const notFound = (what: string): BusinessError =>
  new BusinessError('not_found', `There is no such ${what}.`);

export const invalid = (pointer: string, message: string): BusinessError =>
  new BusinessError('invalid_request', message, { fields: [{ pointer, message }] });
