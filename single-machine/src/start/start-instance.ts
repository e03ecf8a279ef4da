import { removeContainers } from '@atelier/studio';
import type { Instance } from '../instance/instance.ts';
import { openSecrets } from '../instance/secrets.ts';
import {
  type InstanceState,
  isRunning,
  ownIdentity,
  readRecord,
  writeRecord,
} from '../instance/state.ts';
import { takenPorts } from '../instance/taken-ports.ts';
import { createRotatingLog } from '../supervisor/rotating-log.ts';
import { createSupervisor, type ProcessStatus } from '../supervisor/supervisor.ts';
import { prepareHome } from './prepare-home.ts';
import type { PreparedMachine } from './prepare-machine.ts';
import { processDefinitions } from './process-definitions.ts';
import { openReadableCode } from './readable-code.ts';
import { REPOSITORY } from './repository.ts';

const studioFiles = (instance: Instance) => ({ home: instance.path('studio'), imageCache: null });

/** A start that cannot be, told in words for the person who asked for it. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused';
}

export interface StartOptions {
  readonly prepared: PreparedMachine;
  /** Gets one line for each process. */
  readonly progress: (line: string) => void;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

export interface StartedInstance {
  /** Tells the other commands how far it is. */
  setState(state: InstanceState): Promise<void>;
  statuses(): ProcessStatus[];
  stop(): Promise<void>;
}

async function refuseIfImpossible(instance: Instance): Promise<void> {
  if (isRunning(await readRecord(instance))) {
    throw new StartRefused(
      `Atelier is running already at ${instance.addresses.landing}: 'npm run status' shows it, 'npm run stop' ends it.`,
    );
  }
  // After a supervisor was killed, what it had started takes a moment to notice and to end.
  const [taken] = await takenPorts(instance, { patienceMs: 10_000 });
  if (taken) {
    throw new StartRefused(
      `Port ${taken.port} (${taken.listener}) is taken by another program. Set ATELIER_PORT to the first of 32 free ports.`,
    );
  }
}

/**
 * Starts every process of an instance and returns once all are ready. Whoever starts
 * it is its supervisor for as long as it lives.
 */
export async function startInstance(
  instance: Instance,
  { prepared, progress, signal }: StartOptions,
): Promise<StartedInstance> {
  await refuseIfImpossible(instance);
  await prepareHome(instance);
  const log = createRotatingLog(instance.path('logs', 'supervisor.log'));
  const identity = await ownIdentity();
  let state: InstanceState = 'starting';
  let written = Promise.resolve();

  function record(): Promise<void> {
    written = written.then(() =>
      writeRecord(instance, { state, supervisor: identity, processes: supervisor.statuses() }),
    );
    return written;
  }
  function reportFailure(cause: unknown): void {
    log.write(`${new Date().toISOString()} ${String(cause)}\n`);
  }
  function setState(next: InstanceState): Promise<void> {
    state = next;
    return record();
  }

  const code = await openReadableCode({ root: REPOSITORY, view: instance.path('code') });
  const supervisor = createSupervisor({
    processes: await processDefinitions({
      instance,
      prepared,
      secrets: await openSecrets(instance),
      codeRoot: code.root,
    }),
    onChange: () => {
      record().catch(reportFailure);
    },
    log: (line) => {
      log.write(`${new Date().toISOString()} ${line}\n`);
      if (state === 'starting') progress(line);
    },
  });
  await record();
  const abort = () => {
    supervisor.stop().catch(reportFailure);
  };
  signal?.addEventListener('abort', abort);
  try {
    await supervisor.start();
  } catch (cause) {
    await supervisor.stop();
    await code.release();
    await setState(signal?.aborted ? 'stopped' : 'failed');
    throw cause;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  return {
    setState,
    statuses: supervisor.statuses,
    async stop() {
      await setState('stopping');
      await supervisor.stop();
      await removeContainers(studioFiles(instance));
      await code.release();
      await setState('stopped');
      log.end();
    },
  };
}
