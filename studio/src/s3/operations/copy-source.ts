import { checkCopyConditions } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import type { S3Request } from '../request.ts';
import { accessDeniedBare, invalidArgument, notImplemented } from '../s3-errors.ts';
import type { Held } from '../store/blob-store.ts';
import type { ReadableObject } from '../store/stored-object.ts';
import { holdReadable } from './get-object.ts';

function parseSource(header: string): { bucket: string; key: string } {
  const [path = '', version] = header.split(/\?versionId=/);
  if (version !== undefined) throw notImplemented('x-amz-copy-source');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.replaceAll('+', '%20'));
  } catch {
    decoded = '';
  }
  const match = /^\/?([^/]+)\/([\s\S]+)$/.exec(decoded);
  if (!match?.[1] || !match[2]) {
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header,
    );
  }
  return { bucket: match[1], key: match[2] };
}

/** The object that a copy reads, checked for rights, expected owner and conditions; its files are held. */
export async function holdCopySource(
  core: S3Core,
  request: S3Request,
): Promise<Held<ReadableObject>> {
  const { headers } = request;
  const source = parseSource(headers['x-amz-copy-source'] ?? '');
  const bucket = await core.buckets.get(source.bucket);
  const expected = headers['x-amz-source-expected-bucket-owner'];
  if (expected !== undefined && expected !== bucket.accountId) throw accessDeniedBare();
  const held = await holdReadable(core, request, bucket, source.key);
  try {
    checkCopyConditions(headers, held.found);
    return held;
  } catch (error) {
    held.release();
    throw error;
  }
}
