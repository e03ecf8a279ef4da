const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** The row that a new row points to is gone, or a row to delete is still pointed to. */
export const isForeignKeyViolation = (error: unknown): boolean => hasCode(error, '23503');
