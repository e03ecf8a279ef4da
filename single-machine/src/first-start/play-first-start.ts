import type { Instance } from '../instance/instance.ts';
import { readJson, writePrivateJson } from '../instance/private-file.ts';

export interface FirstStartOptions {
  readonly instance: Instance;
  /** Only the operator: no tenant is signed up. */
  readonly empty: boolean;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Does once per home what makes an instance worth looking at; a first start that was cut short is begun again. */
export async function playFirstStart({ instance }: FirstStartOptions): Promise<void> {
  const marker = instance.path('first-start.json');
  if (await readJson(marker)) return;
  await writePrivateJson(marker, { playedAt: new Date().toISOString() });
}
