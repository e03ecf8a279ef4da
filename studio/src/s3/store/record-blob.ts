import type { UnrecordedBlob } from './blob-store.ts';

/** SQLSTATE classes after which nobody knows whether the statement was committed: connection, shutdown, system. */
const uncertainClasses = ['08', '57', '58', 'XX'];

function certainlyNotCommitted(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false;
  return error.code.length === 5 && !uncertainClasses.includes(error.code.slice(0, 2));
}

/**
 * Runs the statement that names a blob; it returns the error to throw when it wrote nothing. The blob is removed when
 * the row surely is not there; when that is unknown (the connection broke), it stays for the next start to judge.
 */
export async function recordBlob(
  blob: UnrecordedBlob,
  statement: () => Promise<Error | null>,
): Promise<void> {
  let refusal: Error | null;
  try {
    refusal = await statement();
  } catch (error) {
    if (certainlyNotCommitted(error)) await blob.discard();
    else blob.recorded();
    throw error;
  }
  if (!refusal) return blob.recorded();
  await blob.discard();
  throw refusal;
}
