import type { PodmanEngine } from '../containers/podman-engine.ts';
import type { Endpoint } from './endpoints/endpoint-fleet.ts';
import { variantContainerName } from './endpoints/variant-server.ts';
import { labelKind } from './names.ts';
import { containerNameOf, type TrainingJob } from './training/training-container.ts';

const kinds = ['training-job', 'endpoint'] as const;
const volumePattern = /^(?:training|endpoint)-\d{12}-/u;

/**
 * Removes containers and volumes that nobody needs any more: a Studio killed between telling an end and clearing up
 * left them. Names are deterministic, so what is needed can be told from the store alone.
 */
export const reapLeftovers = async (
  engine: PodmanEngine,
  live: { readonly jobs: readonly TrainingJob[]; readonly endpoints: readonly Endpoint[] },
): Promise<void> => {
  const needed = new Set(live.jobs.map(containerNameOf));
  for (const { accountId, name, document } of live.endpoints) {
    for (const deployment of [document.serving, document.pending]) {
      if (deployment === null) continue;
      const { generation, variants } = deployment;
      for (const variant of variants) {
        needed.add(variantContainerName({ accountId, endpointName: name, generation, variant }));
      }
    }
  }
  for (const kind of kinds) {
    for (const { name } of await engine.find({ [labelKind]: kind })) {
      if (!needed.has(name)) await engine.remove(name);
    }
  }
  for (const volume of await engine.volumes.list()) {
    if (volumePattern.test(volume) && !needed.has(volume)) await engine.volumes.remove(volume);
  }
};
