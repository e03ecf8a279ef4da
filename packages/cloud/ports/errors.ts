/** What both families of a port refuse alike. */
export type CloudErrorCode = 'state_too_large' | 'invalid_cursor' | 'invalid_secret_name';

export class CloudError extends Error {
  readonly code: CloudErrorCode;

  constructor(code: CloudErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CloudError';
    this.code = code;
  }
}
