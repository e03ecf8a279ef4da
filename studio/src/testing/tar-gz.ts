import { gzipSync } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';

type EntryHeader = Parameters<Pack['entry']>[0];

/** A .tar.gz of texts by path; entries may also be headers of links and the like. */
export const tarGz = async (
  files: Readonly<Record<string, string>>,
  others: readonly EntryHeader[] = [],
): Promise<Buffer> => {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  for (const header of others) tar.entry({ ...header }, '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) {
    if (chunk instanceof Buffer) chunks.push(chunk);
  }
  return gzipSync(Buffer.concat(chunks));
};
