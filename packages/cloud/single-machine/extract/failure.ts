import type { ExtractFailure } from './messages.ts';

const TRANSPORT = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOSPC',
]);
/** Written by the masking compiler and by `parquetSql`; tells the column, never the value. */
const DATE_FAULT = /[\w.-]+ has a date outside the years 1 to 9999/;

/** A failure that was understood where it happened. */
export class ExtractError extends Error {
  readonly failure: ExtractFailure;

  constructor(failure: ExtractFailure, options?: ErrorOptions) {
    super(failure.cause, options);
    this.name = 'ExtractError';
    this.failure = failure;
  }
}

/** What an error means to people and whether starting over may help. Messages of others may hold data, and stay inside. */
export function explainFailure(error: unknown): ExtractFailure {
  if (error instanceof ExtractError) return error.failure;
  const { code, message, status } = partsOf(error);
  const dateFault = DATE_FAULT.exec(message)?.[0];
  if (dateFault !== undefined) return { cause: `${dateFault}.`, retryable: false };
  if (TRANSPORT.has(code) || code.startsWith('08') || message.startsWith('Connection terminated')) {
    return { cause: 'The connection was lost.', retryable: true };
  }
  if (code.length === 5) return explainSqlState(code);
  if (status !== null) return explainS3(status);
  if (/^(Conversion|Invalid Input) Error/.test(message)) {
    return { cause: 'A value is not of the type its column is said to have.', retryable: false };
  }
  return { cause: 'The extraction stopped unexpectedly.', retryable: true };
}

function explainSqlState(code: string): ExtractFailure {
  switch (code) {
    case '40001':
      return { cause: 'The replica needed the snapshot’s rows away to go on.', retryable: true };
    case '57014':
      return { cause: 'Reading took longer than a run may take.', retryable: false };
    case '28P01':
    case '28000':
      return { cause: 'The replica refused the extraction login.', retryable: false };
    case '42501':
      return { cause: 'The extraction login may not read one of the columns.', retryable: false };
    default: {
      // Shut down, starting up, out of connections or memory.
      const passing = code.startsWith('57P') || code.startsWith('53') || code.startsWith('40');
      return { cause: `The replica answered with error ${code}.`, retryable: passing };
    }
  }
}

const explainS3 = (status: number): ExtractFailure =>
  status >= 500 || status === 429
    ? { cause: 'The bucket could not be reached.', retryable: true }
    : { cause: `The bucket refused the file (${status}).`, retryable: false };

function partsOf(error: unknown): { code: string; message: string; status: number | null } {
  const none = { code: '', message: String(error), status: null };
  if (!(error instanceof Error)) return none;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return { code, message: error.message, status: httpStatus(error) };
}

/** Where the AWS SDK keeps it. */
function httpStatus(error: Error): number | null {
  const metadata = '$metadata' in error ? error.$metadata : null;
  if (typeof metadata !== 'object' || metadata === null) return null;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : null;
  return typeof status === 'number' ? status : null;
}
