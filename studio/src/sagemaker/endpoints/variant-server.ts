import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, ContainerExit } from '../../containers/engine.ts';
import { runnersInside } from '../../containers/index.ts';
import type { PodmanEngine } from '../../containers/podman-engine.ts';
import type { RoleSessions } from '../../iam/access.ts';
import type { Logger } from '../../logger.ts';
import type { Objects } from '../../s3/objects.ts';
import { downloadObject } from '../download.ts';
import { ClientError } from '../errors.ts';
import { limitsOf } from '../instance-sizes.ts';
import type { LogPump } from '../log-pump.ts';
import type { MlVolumes } from '../ml-volume.ts';
import { labelArn, labelGeneration, labelKind, labelVariant } from '../names.ts';
import { s3Location } from '../s3-location.ts';
import { assumeServiceRole } from '../service-role.ts';
import { readTenantText } from '../tenant-file.ts';
import { threadVariables } from '../training/training-container.ts';
import { type DeployedVariant, endpointLogGroup } from './endpoint.ts';
import { ping } from './ping.ts';

export interface VariantServerDeps {
  readonly engine: PodmanEngine;
  readonly volumes: MlVolumes;
  readonly objects: Objects;
  readonly roles: RoleSessions;
  readonly logPump: LogPump;
  readonly logger: Logger;
}

export interface VariantPlace {
  readonly accountId: string;
  readonly endpointName: string;
  readonly endpointArn: string;
  readonly generation: number;
  readonly variant: DeployedVariant;
}

/** One variant's container, kept alive. */
export interface VariantServer {
  readonly variant: DeployedVariant;
  /** Where it answers; null while it does not. */
  readonly listener: () => string | null;
  readonly agent: Agent;
  /** Share of the endpoint's invocations, relative to the other variants'. */
  weight: number;
  /** Resolves when it answers pings for the first time; throws with its own reason when it ends before. */
  start(): Promise<void>;
  /** Starts it and keeps it, however often that takes. */
  bringBack(): void;
  /** Stops watching and leaves the container for the next Studio. */
  detach(): void;
  /** Ends it and removes all it had. */
  remove(): Promise<void>;
}

const CONNECTIONS_MAX = 32;
const PING_TIMEOUT_MS = 2000;
const FIRST_PING_EVERY_MS = 50;
const PING_EVERY_MS = 5000;
/** A container that is busy misses pings; one that misses this many in a row hangs. */
const MISSED_PINGS_MAX = 6;
const BACKOFF_MS = [500, 1000, 2000, 4000, 8000, 16_000, 30_000];
/** After this long the next end counts as the first again. */
const STEADY_MS = 60_000;
const FAILURE_BYTES = 16_384;

/** One name for the container and the volume of a variant. */
export const variantContainerName = (
  place: Pick<VariantPlace, 'accountId' | 'endpointName' | 'generation'> & {
    readonly variant: Pick<DeployedVariant, 'name'>;
  },
): string =>
  `endpoint-${place.accountId}-${place.endpointName}-${place.generation}-${place.variant.name}`;

export const createVariantServer = (
  deps: VariantServerDeps,
  place: VariantPlace,
): VariantServer => {
  const { engine, volumes, logger } = deps;
  const { variant } = place;
  const name = variantContainerName(place);
  const labels = {
    [labelKind]: 'endpoint',
    [labelArn]: place.endpointArn,
    [labelGeneration]: String(place.generation),
    [labelVariant]: variant.name,
  };
  const ended = new AbortController();
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX });
  const limits = limitsOf(variant.instanceType);
  const { model } = variant;
  let listener: string | null = null;
  let filled = false;

  const fill = async (): Promise<void> => {
    const caller = await assumeServiceRole(deps.roles, model.roleArn, place.accountId, 'SageMaker');
    await engine.remove(name);
    const volume = await volumes.create(name, place.accountId, variant.diskBytes);
    const downloads = { objects: deps.objects, caller, signal: ended.signal };
    if (model.modelDataUrl !== null) {
      const path = `${volume.input}/model.tar.gz`;
      await downloadObject(downloads, s3Location(model.modelDataUrl), path);
    }
    const { SAGEMAKER_SUBMIT_DIRECTORY: source = '' } = model.environment;
    if (source.startsWith('s3://')) {
      const path = `${volume.input}/source/sourcedir.tar.gz`;
      await downloadObject(downloads, s3Location(source), path);
    }
    filled = true;
  };

  const runContainer = async (): Promise<Container> => {
    const [adopted] = await engine.find(labels);
    if (adopted !== undefined) {
      const over = await Promise.race([adopted.exited.then(() => true), sleep(50, false)]);
      if (!over) return adopted;
      await engine.remove(name);
    }
    if (!filled) await fill();
    return engine.run({
      name,
      accountId: place.accountId,
      labels,
      command: ['/usr/bin/env', 'python3', '-u', `${runnersInside}/serve.py`],
      environment: {
        ...threadVariables(limits.cpus),
        HOME: '/tmp',
        ATELIER_CONCURRENCY: String(Math.max(1, Math.ceil(limits.cpus))),
        ...model.environment,
      },
      mounts: volumes.at(name).mounts,
      limits: { ...limits, diskBytes: variant.diskBytes },
      sockets: [],
      listens: true,
    });
  };

  const whyEnded = async (exit: ContainerExit): Promise<string> => {
    if (exit.outOfMemory) return 'the model needed more memory than the instance has';
    if (exit.outOfDisk) return 'the model wrote more than the volume holds';
    const said = await readTenantText(volumes.at(name).output, 'failure', FAILURE_BYTES);
    return said ?? `the container ended with exit code ${exit.code}`;
  };

  /** Resolves true when it answers, or with why it never will. */
  const untilHealthy = async (container: Container): Promise<true | string> => {
    const deadline = performance.now() + variant.startupSeconds * 1000;
    let exit: ContainerExit | null = null;
    void container.exited.then((value) => {
      exit = value;
    });
    while (!ended.signal.aborted) {
      if (exit !== null) return whyEnded(exit);
      if (await ping(container.listener ?? '', PING_TIMEOUT_MS, agent)) return true;
      if (performance.now() > deadline) return `no answer within ${variant.startupSeconds} s`;
      await sleep(FIRST_PING_EVERY_MS);
    }
    return 'it is being removed';
  };

  const pumpLogs = (container: Container): void => {
    const stream = {
      accountId: place.accountId,
      group: endpointLogGroup(place.endpointName),
      stream: variant.logStream,
    };
    deps.logPump.pump(container, stream, ended.signal).catch((error: unknown) => {
      logger.error('the log of an endpoint was not kept', { arn: place.endpointArn, error });
    });
  };

  const startOnce = async (): Promise<Container> => {
    const container = await runContainer();
    pumpLogs(container);
    const healthy = await untilHealthy(container);
    ended.signal.throwIfAborted();
    if (healthy !== true) {
      await engine.remove(name);
      throw new ClientError(healthy);
    }
    listener = container.listener;
    return container;
  };
  let starting: Promise<unknown> = Promise.resolve();
  const bringUp = (): Promise<Container> => {
    const start = startOnce();
    starting = start.catch(() => undefined);
    return start;
  };

  /** Resolves when the container has ended or was ended because it hung. */
  const whileItLives = async (container: Container): Promise<void> => {
    let over = false;
    const end = container.exited.then(() => {
      over = true;
    });
    let missed = 0;
    while (!over && !ended.signal.aborted) {
      await Promise.race([
        end,
        sleep(PING_EVERY_MS, null, { signal: ended.signal }).catch(() => null),
      ]);
      if (over || ended.signal.aborted) return;
      missed = (await ping(container.listener ?? '', PING_TIMEOUT_MS, agent)) ? 0 : missed + 1;
      if (missed >= MISSED_PINGS_MAX) {
        logger.warn('an endpoint hangs and is started anew', { arn: place.endpointArn });
        await container.kill();
        return;
      }
    }
  };

  const bringUpOrTell = (): Promise<Container | null> =>
    bringUp().catch((error: unknown) => {
      if (!ended.signal.aborted) {
        logger.warn('an endpoint did not start', { arn: place.endpointArn, error });
      }
      return null;
    });

  const keep = async (first: Container | null): Promise<void> => {
    let container = first ?? (await bringUpOrTell());
    let failures = 0;
    while (!ended.signal.aborted) {
      const since = performance.now();
      if (container !== null) await whileItLives(container);
      listener = null;
      if (performance.now() - since > STEADY_MS) failures = 0;
      const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)];
      failures += 1;
      await sleep(wait, null, { signal: ended.signal }).catch(() => null);
      if (ended.signal.aborted) return;
      container = await bringUpOrTell();
    }
  };
  const keepInBackground = (first: Container | null): void => {
    keep(first).catch((error: unknown) => {
      logger.error('an endpoint is no longer watched', { arn: place.endpointArn, error });
    });
  };

  return {
    variant,
    listener: () => listener,
    agent,
    weight: variant.weight,
    start: async () => keepInBackground(await bringUp()),
    bringBack: () => keepInBackground(null),
    detach() {
      ended.abort();
      agent.destroy();
    },
    async remove() {
      ended.abort();
      listener = null;
      agent.destroy();
      // A start on its way would leave its container behind.
      await starting;
      await engine.remove(name);
      await volumes.remove(name);
      await deps.logPump.forget(name);
    },
  };
};
