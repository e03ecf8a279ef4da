import { rm } from 'node:fs/promises';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ExtractFile } from '../../ports/index.ts';
import { copyToParquet } from './copy-to-parquet.ts';
import { ExtractError, explainFailure } from './failure.ts';
import type { Credentials, ExtractJob, FromChild, ToChild } from './messages.ts';
import { openSnapshot } from './snapshot-connection.ts';
import { uploadFile } from './upload.ts';

/** The process of one run: memory it takes is given back with it, and killing it ends the run. */

const PROGRESS_EVERY_MS = 500;
const cancelled = new AbortController();
let credentialsCame = Promise.withResolvers<Credentials | null>();

const tell = (message: FromChild): void => void process.send?.(message);

/** The parent has the tenant's authority; this process asks it for temporary credentials whenever it needs fresh ones. */
async function credentials(): Promise<Credentials> {
  credentialsCame = Promise.withResolvers();
  tell({ type: 'credentials' });
  const given = await credentialsCame.promise;
  if (given !== null) return given;
  throw new ExtractError({ cause: 'No credentials for the bucket were given.', retryable: true });
}

async function openDuckDb(folder: string): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '2',
    memory_limit: '256MB',
    temp_directory: folder,
    preserve_insertion_order: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(`set timezone = 'UTC'`);
  return connection;
}

async function extract(job: ExtractJob): Promise<ExtractFile[]> {
  const s3 = new S3Client({ ...job.s3, credentials });
  const { client, backendPid, snapshot } = await openSnapshot(job);
  tell({ type: 'backend', pid: backendPid, snapshot });
  const progress = { rows: 0, bytes: 0 };
  const telling = setInterval(() => tell({ type: 'progress', ...progress }), PROGRESS_EVERY_MS);
  const files: ExtractFile[] = [];
  try {
    const duckdb = await openDuckDb(job.folder);
    for (const dataset of job.datasets) {
      const { path, rows } = await copyToParquet({
        client,
        duckdb,
        dataset,
        folder: job.folder,
        onProgress: (moreRows, moreBytes) => {
          progress.rows += moreRows;
          progress.bytes += moreBytes;
        },
      });
      const target = { path, bucket: job.bucket, key: dataset.key, signal: cancelled.signal };
      const { bytes, sha256 } = await uploadFile(s3, target);
      files.push({ dataset: dataset.name, key: dataset.key, bytes, rows, sha256 });
      await rm(path);
    }
    await client.query('commit');
    await client.end();
    return files;
  } catch (error) {
    // What is not published should not lie about; the bucket's lifecycle removes what cannot be removed here.
    const removals = files.map(({ key: Key }) =>
      s3.send(new DeleteObjectCommand({ Bucket: job.bucket, Key })),
    );
    await Promise.allSettled(removals);
    throw error;
  } finally {
    clearInterval(telling);
    tell({ type: 'progress', ...progress });
  }
}

async function outcomeOf(job: ExtractJob): Promise<FromChild> {
  try {
    return { type: 'done', files: await extract(job) };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { type: 'failed', failure: explainFailure(error), detail };
  }
}

async function runJob(job: ExtractJob): Promise<void> {
  process.send?.(await outcomeOf(job), () => process.disconnect());
}

process.on('message', (message: ToChild) => {
  if (message.type === 'job') void runJob(message.job);
  else if (message.type === 'credentials') credentialsCame.resolve(message.credentials);
  else cancelled.abort();
});
// Without its parent a run has nobody to report to. An orderly exit would wait for threads that wait at the pipe.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
tell({ type: 'ready' });
