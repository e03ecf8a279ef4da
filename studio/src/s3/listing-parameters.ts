import { invalidArgument } from './s3-errors.ts';

const maxEntries = 1_000;

/** A count in the query, at most 1,000 as S3 never answers more. Throws `InvalidArgument`. */
export function pageLimit(query: URLSearchParams, name: string, otherwise = maxEntries): number {
  const text = query.get(name);
  if (text === null || text === '') return otherwise;
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2 ** 31 - 1) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return name === 'part-number-marker' ? Number(text) : Math.min(Number(text), maxEntries);
}

/** Escapes keys when `encoding-type=url` asks for it, as clients do that must not meet characters XML cannot hold. */
export function encoder(query: URLSearchParams): (text: string) => string {
  const type = query.get('encoding-type');
  if (type === null || type === '') return (text) => text;
  if (type !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', type);
  }
  return (text) =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replace(/[!'()]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
