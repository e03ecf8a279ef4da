import { AwsError } from '../wire/errors.ts';

/** A resource that is absent and one of another account's look the same. */
export const resourceNotFound = (what: string): AwsError =>
  new AwsError('ResourceNotFound', `${what} does not exist.`);

export const resourceInUse = (message: string): AwsError => new AwsError('ResourceInUse', message);

export const resourceLimitExceeded = (message: string): AwsError =>
  new AwsError('ResourceLimitExceeded', message);
