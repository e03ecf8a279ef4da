import type { Separator } from './import-fields.ts';

const JOINED_BY: Readonly<Record<Separator, string>> = {
  comma: ',',
  tab: '\t',
  semicolon: ';',
  blanks: ' ',
};

/**
 * The sample as another separator would split it. The service sent it split by the one that fits best; this is only for
 * looking, the service reads the file itself.
 */
export const splitSample = (
  sample: { readonly separator: Separator; readonly rows: readonly (readonly string[])[] },
  separator: Separator,
): readonly (readonly string[])[] => {
  if (separator === sample.separator) return sample.rows;
  const by = separator === 'blanks' ? /\s+/ : JOINED_BY[separator];
  return sample.rows.map((row) => row.join(JOINED_BY[sample.separator]).trim().split(by));
};
