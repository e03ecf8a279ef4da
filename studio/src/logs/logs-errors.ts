import { AwsError } from '../wire/errors.ts';

/** Amazon's own texts; SDKs wait for the first two while a job has not logged yet. */
export const groupNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
export const streamNotFound = (): AwsError =>
  new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
export const groupExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
export const streamExists = (): AwsError =>
  new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
export const invalidParameter = (message: string): AwsError =>
  new AwsError('InvalidParameterException', message);
