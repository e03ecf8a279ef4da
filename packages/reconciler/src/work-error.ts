export type WorkErrorCode = 'not_found' | 'not_retryable' | 'not_cancellable';

/** A request cannot do what was asked of it. */
export class WorkError extends Error {
  readonly code: WorkErrorCode;

  constructor(code: WorkErrorCode, message: string) {
    super(message);
    this.name = 'WorkError';
    this.code = code;
  }
}
