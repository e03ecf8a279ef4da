import type { TestProject } from 'vitest/node';
import { startTestCluster } from './test-cluster.ts';

/** One PostgreSQL primary and replica for all files of a vitest project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  project.provide('postgresCluster', cluster.address);
  return () => cluster.stop();
}
