import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerMount } from '../containers/engine.ts';
import type { PodmanEngine } from '../containers/podman-engine.ts';

/** What a container may write below `/opt/ml`; `input` it may only read. */
const writable = ['model', 'code', 'output', 'checkpoints', 'artifacts'] as const;

export interface MlVolume {
  /** Host directories; their paths are the host's, what tenants put into them is not. */
  readonly input: string;
  readonly output: string;
  readonly artifacts: string;
  readonly mounts: readonly ContainerMount[];
}

export interface MlVolumes {
  /** Finds a volume made before. */
  at(name: string): MlVolume;
  /** An empty volume, whatever was there before. */
  create(name: string, accountId: string, bytes: number): Promise<MlVolume>;
  remove(name: string): Promise<void>;
  writeConfig(volume: MlVolume, documents: Readonly<Record<string, unknown>>): Promise<void>;
}

/** `/opt/ml` of a job or endpoint: a volume whose root belongs to the host, so that no tenant can replace a part of it. */
export const createMlVolumes = (engine: PodmanEngine): MlVolumes => {
  const at = (name: string): MlVolume => {
    const root = engine.volumes.pathOf(name);
    return {
      input: join(root, 'input'),
      output: join(root, 'output'),
      artifacts: join(root, 'artifacts'),
      mounts: [
        { hostPath: join(root, 'input'), containerPath: '/opt/ml/input', readOnly: true },
        ...writable.map((part) => ({
          hostPath: join(root, part),
          containerPath: `/opt/ml/${part}`,
          readOnly: false,
        })),
      ],
    };
  };
  return {
    at,
    async create(name, accountId, bytes) {
      await engine.volumes.remove(name);
      const root = await engine.volumes.create({ name, uid: 0, bytes });
      const uid = await engine.uidOf(accountId);
      await mkdir(join(root, 'input/config'), { recursive: true });
      await mkdir(join(root, 'input/data'), { recursive: true });
      for (const part of ['input', 'input/config', 'input/data']) {
        await chmod(join(root, part), 0o755);
      }
      for (const part of [...writable, 'output/data']) {
        await mkdir(join(root, part));
        await chown(join(root, part), uid, uid);
        await chmod(join(root, part), 0o700);
      }
      return at(name);
    },
    remove: (name) => engine.volumes.remove(name),
    async writeConfig(volume, documents) {
      for (const [name, document] of Object.entries(documents)) {
        const path = join(volume.input, 'config', `${name}.json`);
        await writeFile(path, JSON.stringify(document));
        await chmod(path, 0o644);
      }
    },
  };
};
