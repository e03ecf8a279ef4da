import { createHash } from 'node:crypto';

/** The 64 digits by which S3 names an account as owner; always the same for an account. */
export const canonicalUserId = (accountId: string): string =>
  createHash('sha256').update(`canonical user of ${accountId}`).digest('hex');
