import { Pool } from 'pg';
import type { ExtractStart } from '../../ports/index.ts';
import { createFileSecretStore } from '../file-secret-store.ts';
import { createPostgresExtractor, type PostgresExtractorDeps } from '../postgres-extractor.ts';

/** A process of its own that starts one run and stays: what to do comes as JSON in the second argument. */
export interface ExtractorProcessTask {
  readonly url: string;
  readonly secretFolder: string;
  readonly deps: Pick<PostgresExtractorDeps, 'replica' | 's3' | 'folder'>;
  readonly extract: ExtractStart;
}

const task = JSON.parse(process.argv[2] ?? '{}') as ExtractorProcessTask;
const extractor = createPostgresExtractor({
  ...task.deps,
  pool: new Pool({ connectionString: task.url }),
  secrets: createFileSecretStore({ directory: task.secretFolder }),
  credentialsFor: async () => ({ accessKeyId: 'k', secretAccessKey: 's' }),
});
await extractor.start(task.extract);
