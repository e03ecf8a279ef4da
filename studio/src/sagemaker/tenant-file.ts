import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from './errors.ts';

/**
 * Opens a file that tenant code wrote into a directory whose own path is the host's. Null when there is none. Only a
 * plain file under its one name is taken: a link could lead elsewhere, a pipe would never end.
 */
export const openTenantFile = async (
  directory: string,
  name: string,
): Promise<{ file: FileHandle; bytes: number } | null> => {
  let file: FileHandle;
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    file = await open(join(directory, name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENXIO') throw new ClientError(`${name} is not a plain file`);
    throw error;
  }
  const found = await file.stat();
  if (!found.isFile() || found.nlink !== 1) {
    await file.close();
    throw new ClientError(`${name} is not a plain file`);
  }
  return { file, bytes: found.size };
};

/** The beginning of a text a tenant wrote; null when there is none that may be read. */
export const readTenantText = async (
  directory: string,
  name: string,
  maxBytes: number,
): Promise<string | null> => {
  const opened = await openTenantFile(directory, name).catch((error: unknown) => {
    if (error instanceof ClientError) return null;
    throw error;
  });
  if (opened === null) return null;
  try {
    const buffer = Buffer.alloc(maxBytes);
    const { bytesRead } = await opened.file.read(buffer, 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await opened.file.close();
  }
};

/** At most 1,024 characters, as FailureReason has them; of a traceback its end says most. */
export const failureReason = (kind: string, text: string): string => {
  const limit = 1024;
  const whole = `${kind}: ${text.trim()}`;
  if (whole.length <= limit) return whole;
  const head = `${kind}: …`;
  return head + whole.slice(whole.length - (limit - head.length));
};
