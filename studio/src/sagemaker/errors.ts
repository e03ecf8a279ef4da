import { AwsError, validationError } from '../wire/errors.ts';

export const resourceInUse = (message: string): AwsError => new AwsError('ResourceInUse', message);

/** Amazon's text, which SDKs and people know. */
export const limitExceeded = (what: string, limit: number): AwsError =>
  new AwsError(
    'ResourceLimitExceeded',
    `The account-level service limit '${what}' is ${limit} Instances, with current utilization of ${limit} Instances ` +
      'and a request delta of 1 Instances. Please ask the operator for a higher limit.',
  );

/** SDKs look for "Could not find". */
export const couldNotFind = (what: string, arn: string): AwsError =>
  validationError(`Could not find ${what} "${arn}".`);

/** SDKs look for "Cannot create already existing". */
export const alreadyExisting = (what: string, arn: string): AwsError =>
  validationError(`Cannot create already existing ${what} "${arn}".`);

/** What stops a job or endpoint for a reason its owner can mend; the text becomes the FailureReason. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
}
