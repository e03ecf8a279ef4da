import type { IncomingMessage } from 'node:http';

/** The fields of a posted form; null for anything else, or for more than `maxBytes`. */
export const readForm = async (
  request: IncomingMessage,
  maxBytes: number,
): Promise<URLSearchParams | null> => {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
};
