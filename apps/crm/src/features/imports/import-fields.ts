import type { ImportMapping, ImportView } from '@atelier/contracts';

export type ImportKind = ImportView['kind'];
export type Separator = ImportMapping['separator'];
export type DateFormat = ImportMapping['dateFormat'];

export const SEPARATORS: readonly Separator[] = ['comma', 'tab', 'semicolon', 'blanks'];
export const DATE_FORMATS: readonly DateFormat[] = [
  'yyyy-mm-dd',
  'yyyymmdd',
  'dd.mm.yyyy',
  'mm/dd/yyyy',
];

export type ImportField =
  | 'customerId'
  | 'name'
  | 'email'
  | 'country'
  | 'signedUpOn'
  | 'purchasedOn'
  | 'quantity'
  | 'value';

/** What a file of each kind may hold, and what it must. */
export const IMPORT_FIELDS: Readonly<
  Record<ImportKind, readonly { readonly name: ImportField; readonly required: boolean }[]>
> = {
  customers: [
    { name: 'customerId', required: true },
    { name: 'name', required: true },
    { name: 'email', required: false },
    { name: 'country', required: false },
    { name: 'signedUpOn', required: false },
  ],
  purchases: [
    { name: 'customerId', required: true },
    { name: 'purchasedOn', required: true },
    { name: 'quantity', required: true },
    { name: 'value', required: true },
  ],
};
