import { startStorage, testIdentity } from './storage-harness.ts';

/** Storage in a process of its own, to be killed; prints its address once it serves. Arguments: database URL, folder. */
const [databaseUrl, folder] = process.argv.slice(2);
if (!databaseUrl || !folder) throw new Error('usage: storage-process <database url> <folder>');
const storage = await startStorage({
  databaseUrl,
  folder,
  identities: [
    {
      ...testIdentity('111122223333', 'owner'),
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
      },
    },
  ],
});
process.stdout.write(`${storage.endpoint}\n`);
