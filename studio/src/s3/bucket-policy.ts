import { parsePolicy } from '../iam/policy.ts';
import { AwsError } from '../wire/errors.ts';
import { malformedPolicy } from './s3-errors.ts';

const limitBytes = 20_480;

function parse(text: string) {
  if (Buffer.byteLength(text) > limitBytes || text.includes('\0')) {
    throw malformedPolicy(`Policies are JSON of at most ${limitBytes} bytes`);
  }
  try {
    return parsePolicy(text, 'resource');
  } catch (error) {
    throw error instanceof AwsError ? malformedPolicy(error.message) : error;
  }
}

/**
 * Throws `MalformedPolicy` for what the evaluation of policies could not read, which would lock the bucket, and for what
 * could never apply to it.
 */
export function checkBucketPolicy(text: string, bucket: string): void {
  const own = `arn:aws:s3:::${bucket}`;
  for (const { actions, resources } of parse(text).statements) {
    if (!actions.patterns.every((action) => action === '*' || /^s3:/i.test(action))) {
      throw malformedPolicy('Policy has invalid action');
    }
    const inside = (resource: string) => resource === own || resource.startsWith(`${own}/`);
    if (!resources?.patterns.every(inside)) throw malformedPolicy('Policy has invalid resource');
  }
}
