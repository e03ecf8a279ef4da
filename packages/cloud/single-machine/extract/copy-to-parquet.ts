import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { ExtractDataset } from '../../ports/index.ts';
import { ExtractError } from './failure.ts';
import { copySql, parquetSql } from './parquet-sql.ts';

const run = promisify(execFile);
const NEWLINE = 10;

export interface CopyToParquet {
  readonly client: Client;
  readonly duckdb: DuckDBConnection;
  readonly dataset: ExtractDataset;
  readonly folder: string;
  readonly onProgress: (rows: number, bytes: number) => void;
}

/**
 * Streams a dataset's rows from the database through a pipe into a Parquet file. Memory does not grow with the rows: a
 * full pipe holds PostgreSQL back. Rows are counted on both sides and must agree.
 */
export async function copyToParquet({
  client,
  duckdb,
  dataset,
  folder,
  onProgress,
}: CopyToParquet): Promise<{ path: string; rows: number }> {
  const pipe = join(folder, 'rows');
  const path = join(folder, 'part.parquet');
  await run('mkfifo', ['-m', '600', pipe]);
  let sent = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _, next) {
      let rows = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
      sent += rows;
      onProgress(rows, chunk.length);
      next(null, chunk);
    },
  });
  const reading = duckdb.run(parquetSql(dataset.schema, { pipe, file: path }));
  // A reader that fails before it opens the pipe would leave the writer waiting for it.
  const unread = new AbortController();
  reading.catch(() => unread.abort());
  const writing = pipeline(
    client.query(copyTo(copySql(dataset.sql))),
    counted,
    createWriteStream(pipe, { highWaterMark: 1024 * 1024 }),
    { signal: unread.signal },
  );
  const [read, written] = await Promise.allSettled([reading, writing]);
  // When DuckDB stops reading the pipe breaks; when the database stops writing DuckDB sees but a shorter file.
  if (written.status === 'rejected' && !isPipeBroken(written.reason)) throw written.reason;
  if (read.status === 'rejected') throw read.reason;
  if (written.status === 'rejected') throw written.reason;
  const kept = Number(read.value.rowsChanged);
  if (kept !== sent) {
    const cause = `${sent} rows were read from ${dataset.name} but ${kept} arrived in the file.`;
    throw new ExtractError({ cause, retryable: false });
  }
  await rm(pipe);
  return { path, rows: kept };
}

const isPipeBroken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EPIPE' || error.code === 'ABORT_ERR');
