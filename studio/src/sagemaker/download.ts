import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Caller } from '../iam/access.ts';
import type { Objects } from '../s3/objects.ts';
import { AwsError } from '../wire/errors.ts';
import { ClientError } from './errors.ts';
import { type S3Location, s3UriOf } from './s3-location.ts';

/**
 * Objects into a directory of the host's own that no tenant code has touched yet: there is nothing there to follow.
 */
export interface Downloads {
  readonly objects: Objects;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** A key's place below the prefix, as SageMaker lays it out. Throws `ClientError` when it would leave the directory. */
export const placeOf = (prefix: string, key: string): string => {
  const folder = key === prefix ? prefix.slice(0, prefix.lastIndexOf('/') + 1) : prefix;
  const parts = key
    .slice(folder.length)
    .split('/')
    .filter((part) => part !== '');
  if (
    parts.length === 0 ||
    parts.some((part) => part === '.' || part === '..' || part.includes('\0'))
  ) {
    throw new ClientError(`the object key ${JSON.stringify(key)} cannot be a file name`);
  }
  return parts.join('/');
};

const explain = (location: S3Location, error: unknown): unknown => {
  if (error instanceof AwsError && error.status < 500) {
    return new ClientError(
      `Data download failed:${error.code} ${s3UriOf(location)}: ${error.message}`,
    );
  }
  if (error instanceof Error && 'code' in error) {
    const full = error.code === 'EDQUOT' || error.code === 'ENOSPC';
    if (full) return new ClientError('Data download failed: the volume is too small for the data');
    if (error.code === 'EISDIR' || error.code === 'ENOTDIR' || error.code === 'EEXIST') {
      return new ClientError(
        `Data download failed: ${s3UriOf(location)} is a file and a folder at once`,
      );
    }
    if (error.code === 'ENAMETOOLONG') {
      return new ClientError(
        `Data download failed: a key at ${s3UriOf(location)} is too long for a file`,
      );
    }
  }
  return error;
};

const makeFolder = async (path: string): Promise<void> => {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await chmod(path, 0o755);
};

/** One object as a file, readable by the tenant. */
export const downloadObject = async (
  { objects, caller, signal }: Downloads,
  location: S3Location,
  path: string,
): Promise<void> => {
  try {
    await makeFolder(dirname(path));
    const { body } = await objects.get(caller, location.bucket, location.key);
    const file = await open(path, 'wx', 0o644);
    try {
      for await (const chunk of body) {
        signal.throwIfAborted();
        await file.write(chunk);
      }
    } finally {
      await file.close();
    }
    await chmod(path, 0o644);
  } catch (error) {
    throw explain(location, error);
  }
};

/** Everything under the prefix. Throws `ClientError` when there is nothing. */
export const downloadPrefix = async (
  downloads: Downloads,
  location: S3Location,
  directory: string,
): Promise<number> => {
  let count = 0;
  await makeFolder(directory);
  try {
    for await (const { key, bytes } of downloads.objects.list(
      downloads.caller,
      location.bucket,
      location.key,
    )) {
      downloads.signal.throwIfAborted();
      if (key.endsWith('/') && bytes === 0) continue;
      await downloadObject(
        downloads,
        { bucket: location.bucket, key },
        join(directory, placeOf(location.key, key)),
      );
      count += 1;
    }
  } catch (error) {
    throw explain(location, error);
  }
  if (count === 0) {
    throw new ClientError(
      `Data download failed:NoSuchKey S3 key: ${s3UriOf(location)} has no objects for the given prefix`,
    );
  }
  return count;
};
