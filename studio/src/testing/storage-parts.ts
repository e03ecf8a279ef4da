import { mkdir } from 'node:fs/promises';
import { createLogs, type Logs } from '../logs/index.ts';
import type { StudioCore, StudioModule } from '../module.ts';
import { createS3, type S3 } from '../s3/index.ts';

export interface Storage {
  readonly s3: S3;
  readonly logs: Logs;
  readonly modules: readonly StudioModule[];
}

/** S3 and CloudWatch Logs as parts of a Studio; `now` is theirs alone, so that signatures stay valid when it moves. */
export async function composeStorage(
  core: StudioCore,
  { folder, now }: { folder: string; now: () => Date },
): Promise<Storage> {
  const { database, authorizer, logger } = core;
  await mkdir(folder, { recursive: true });
  const s3 = await createS3({ database, folder, authorizer, logger, now });
  const logs = createLogs({ database, logger, now });
  return {
    s3,
    logs,
    modules: [
      { rpc: [logs.service], close: () => logs.close() },
      { rest: [s3.service], close: () => s3.close() },
    ],
  };
}
