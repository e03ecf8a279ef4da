import type { ServerResponse } from 'node:http';
import { AwsError } from '../wire/errors.ts';

/** Amazon's limits of one invocation. */
export const PAYLOAD_BYTES_MAX = 6_291_456;
export const INVOCATION_MS_MAX = 60_000;

export const endpointNotFound = (name: string, accountId: string): AwsError =>
  new AwsError('ValidationError', `Endpoint ${name} of account ${accountId} not found.`);

export const payloadTooLarge = (): AwsError =>
  new AwsError(
    'ValidationError',
    `The request payload is larger than the limit of ${PAYLOAD_BYTES_MAX} bytes.`,
    { status: 413 },
  );

/** The endpoint is in service but no container answers at this moment. */
export const notAnswering = (variant: string): AwsError =>
  new AwsError(
    'ServiceUnavailable',
    `The container of production variant ${variant} is being restarted. Please try again.`,
    { status: 503 },
  );

export interface ModelFailure {
  /** What the container answered; 0 when it gave no whole answer. */
  readonly status: number;
  readonly message: string;
  readonly region: string;
  readonly accountId: string;
  readonly endpointName: string;
  readonly logStreamArn: string;
}

const shortened = (text: string): string => (text.length > 8192 ? `${text.slice(0, 8192)}…` : text);

/** 424 with the model's own words, as Amazon phrases it. */
export const modelError = (failure: ModelFailure): AwsError => {
  const { status, region, accountId, endpointName } = failure;
  const side = status >= 400 && status < 500 ? 'client' : 'server';
  const message = shortened(failure.message);
  return new AwsError(
    'ModelError',
    `Received ${side} error (${status}) from primary with message "${message}". See ` +
      `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logEventViewer:group=` +
      `/aws/sagemaker/Endpoints/${endpointName} in account ${accountId} for more information.`,
    {
      status: 424,
      details: {
        OriginalStatusCode: status,
        OriginalMessage: message,
        LogStreamArn: failure.logStreamArn,
      },
    },
  );
};

export const renderRuntimeError = (
  error: unknown,
  requestId: string,
  response: ServerResponse,
): void => {
  const known =
    error instanceof AwsError
      ? error
      : new AwsError('InternalFailure', 'An internal failure occurred.', { status: 500 });
  const { message } = known;
  const body = JSON.stringify({
    Message: message,
    message,
    ErrorCode: known.code,
    ...known.details,
  });
  response.writeHead(known.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': requestId,
    'x-amzn-errortype': known.code,
  });
  response.end(body);
};
