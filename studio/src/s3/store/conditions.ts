/** What must be true of the key for a write to happen, checked in the same statement that writes. */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifEtag: string } | null;
