import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { logGroupNames } from '@atelier/account-baseline';
import type { Container, ContainerExit, ContainerSpec } from '../containers/engine.ts';
import type { LogStreamName } from '../logs/log-writer.ts';
import { limitsOf } from '../sagemaker/instance-sizes.ts';
import { createLogPump } from '../sagemaker/log-pump.ts';
import { labelKind } from '../sagemaker/names.ts';
import { assumeServiceRole } from '../sagemaker/service-role.ts';
import type { App, AppStore } from './app-store.ts';
import type { ExecutionRoleOf } from './credentials-endpoint.ts';
import type { SpacesDeps, SpacesLimits } from './deps.ts';
import { askLab } from './lab-client.ts';
import {
  HOME_INSIDE,
  KIT_INSIDE,
  METADATA_INSIDE,
  notebookEnvironment,
  writeMetadata,
} from './notebook-environment.ts';
import type { RunningLabs } from './running-labs.ts';
import type { Space, SpaceStore } from './space-store.ts';

const START_LABEL = 'atelier.start';
const KIND = 'space';
const STOP_GRACE_SECONDS = 5;
const REASON_LINES = 5;
const REASON_CHARACTERS = 1024;
export const DEFAULT_INSTANCE_TYPE = 'ml.t3.medium';

export const homeVolume = (space: Pick<Space, 'homeId'>): string => `home-${space.homeId}`;
const containerName = (app: App): string => `atelier-space-${app.startId}`;

export interface AppRunner {
  /** Brings a `Pending` app into service, or to `Failed` with the reason. Never rejects. */
  start(app: App): Promise<void>;
  /** Ends a `Deleting` app: its container, its folder; then it is `Deleted`. */
  stop(app: App): Promise<void>;
  /** After a restart of Studio: takes up what runs, ends what nobody knows, records what is gone. */
  adopt(): Promise<void>;
  /** Stops following logs; containers run on. */
  close(): void;
}

/** Starts, watches and ends the JupyterLab of an app in its container. */
export const createAppRunner = (
  deps: Pick<
    SpacesDeps,
    | 'database'
    | 'engine'
    | 'volumes'
    | 'uidOf'
    | 'roles'
    | 'logWriter'
    | 'logger'
    | 'home'
    | 'bucketOf'
  > & {
    readonly apps: AppStore;
    readonly spaces: SpaceStore;
    readonly labs: RunningLabs;
    readonly limits: SpacesLimits;
    readonly region: string;
    readonly kitFolder: () => Promise<string>;
    readonly executionRoleOf: ExecutionRoleOf;
    /** Called when an app no longer answers, so that its connections are cut. */
    readonly onEnd: (app: App) => void;
  },
): AppRunner => {
  const { apps, engine, labs, limits, logger } = deps;
  const logs = createLogPump({ database: deps.database, logs: deps.logWriter });
  const closing = new AbortController();

  const specOf = async (app: App): Promise<ContainerSpec> => {
    const space = await deps.spaces.get(app.accountId, app.domainId, app.spaceName);
    const executionRole = await deps.executionRoleOf(app.accountId, app.domainId, app.ownerProfile);
    await assumeServiceRole(deps.roles, executionRole, app.accountId, app.ownerProfile);
    const size = limitsOf(app.settings.ResourceSpec?.InstanceType ?? DEFAULT_INSTANCE_TYPE);
    const homeBytes = homeBytesOf(space, limits);
    const place = { accountId: app.accountId, region: deps.region };
    const setting = {
      app,
      place,
      executionRole,
      bucket: await deps.bucketOf(app.accountId),
      cpus: size.cpus,
    };
    const home = await deps.volumes.create({
      name: homeVolume(space),
      uid: await deps.uidOf(app.accountId),
      bytes: homeBytes,
    });
    return {
      name: containerName(app),
      accountId: app.accountId,
      labels: { [labelKind]: KIND, [START_LABEL]: app.startId },
      // Isolated mode: nothing in the user's home is imported into the server.
      command: ['/opt/venv/bin/python', '-I', '/opt/atelier/runners/jupyterlab.py'],
      environment: notebookEnvironment(setting),
      mounts: [
        { hostPath: home, containerPath: HOME_INSIDE, readOnly: false },
        {
          hostPath: await writeMetadata(deps.home, setting),
          containerPath: METADATA_INSIDE,
          readOnly: true,
        },
        { hostPath: await deps.kitFolder(), containerPath: KIT_INSIDE, readOnly: true },
      ],
      limits: { ...size, diskBytes: homeBytes },
      sockets: ['studio', 'front-door'],
      listens: true,
    };
  };

  const untilItAnswers = async (app: App, container: Container): Promise<void> => {
    const { listener } = container;
    if (listener === null) throw new Error('the container has no listener');
    const ended = new AbortController();
    const answered = askLab({ listener, token: app.token }, '/api/status', {
      timeoutMs: limits.startSeconds * 1000,
      signal: ended.signal,
    });
    const exited = container.exited.then(async (exit) => {
      throw new Error(await describeExit(container, exit));
    });
    try {
      await Promise.race([answered, exited]);
    } finally {
      ended.abort();
      answered.catch(() => {});
      exited.catch(() => {});
    }
  };

  /** From now on the container's end and output concern us; called once for each container. */
  const watch = (app: App, container: Container): void => {
    logs
      .pump(container, streamOf(app), closing.signal)
      .catch((error: unknown) =>
        logger.warn('the log of a space is incomplete', { startId: app.startId, error }),
      );
    container.exited
      .then(async (exit) => {
        // The next Studio sees for itself.
        if (closing.signal.aborted) return;
        const reason = await describeExit(container, exit);
        labs.remove(app.startId);
        deps.onEnd(app);
        // A start that did not succeed has failed; what had been in service is gone, and may be started again.
        if (
          (await apps.move(app.startId, ['Pending'], 'Failed', reason)) ||
          (await apps.move(app.startId, ['InService'], 'Deleted', reason))
        ) {
          logger.warn('a space ended by itself', { startId: app.startId, reason });
          await discard(app);
        }
      })
      .catch((error: unknown) =>
        logger.error('the end of a space was not recorded', { startId: app.startId, error }),
      );
  };

  const streamOf = (app: App): LogStreamName => ({
    accountId: app.accountId,
    group: logGroupNames.studio,
    stream: `${app.domainId}/${app.spaceName}/JupyterLab/${app.name}/${app.startId}`,
  });

  const discard = async (app: App): Promise<void> => {
    await engine.remove(containerName(app));
    await logs.forget(containerName(app));
    await rm(join(deps.home, 'metadata', app.startId), { recursive: true, force: true });
  };

  const serve = (app: App, container: Container): boolean => {
    if (container.listener === null) return false;
    labs.add({ app, container, listener: container.listener, token: app.token });
    return true;
  };

  const stop = async (app: App): Promise<void> => {
    labs.remove(app.startId);
    deps.onEnd(app);
    const [container] = await engine.find({ [START_LABEL]: app.startId });
    await container?.stop(STOP_GRACE_SECONDS);
    await discard(app);
    await apps.move(app.startId, ['Deleting'], 'Deleted');
  };

  return {
    async start(app) {
      const startedMs = performance.now();
      try {
        const container = await engine.run(await specOf(app));
        watch(app, container);
        await untilItAnswers(app, container);
        serve(app, container);
        if (!(await apps.move(app.startId, ['Pending'], 'InService'))) {
          throw new Error('It was deleted while it started.');
        }
        logger.info('a space is in service', {
          startId: app.startId,
          durationMs: Math.round(performance.now() - startedMs),
        });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        logger.warn('a space could not be started', { startId: app.startId, error });
        labs.remove(app.startId);
        await apps.move(app.startId, ['Pending'], 'Failed', reason.slice(0, REASON_CHARACTERS));
        await discard(app).catch((fault: unknown) =>
          logger.error('a failed space was not removed', { startId: app.startId, error: fault }),
        );
      }
    },
    stop,
    close: () => closing.abort(),
    async adopt() {
      const containers = new Map(
        (await engine.find({ [labelKind]: KIND })).map((container) => [
          container.labels[START_LABEL] ?? '',
          container,
        ]),
      );
      for (const app of await apps.live()) {
        const container = containers.get(app.startId);
        containers.delete(app.startId);
        if (app.status !== 'InService') continue;
        if (container !== undefined && serve(app, container)) watch(app, container);
        else {
          await apps.move(app.startId, ['InService'], 'Deleted', 'It ended while Studio was away.');
          await discard(app);
        }
      }
      // What has no live app is not ours to keep: an app that ended while we were away, or of a lost database.
      for (const container of containers.values()) await engine.remove(container.name);
    },
  };
};

export const homeBytesOf = (space: Space, limits: SpacesLimits): number => {
  const gigabytes =
    space.settings.SpaceSettings?.SpaceStorageSettings?.EbsStorageSettings?.EbsVolumeSizeInGb;
  return gigabytes === undefined ? limits.homeBytes : gigabytes * 1024 ** 3;
};

/** Why a container ended, with the last it said. */
const describeExit = async (container: Container, exit: ContainerExit): Promise<string> => {
  const cause = exit.outOfMemory
    ? 'The space needed more memory than its instance type has.'
    : exit.outOfDisk
      ? 'The home is over its size and the space was stopped for it.'
      : `JupyterLab ended with exit code ${exit.code}.`;
  const last: string[] = [];
  for await (const { message } of container.logs()) {
    last.push(message);
    if (last.length > REASON_LINES) last.shift();
  }
  return `${cause} ${last.join('\n')}`.trim().slice(0, REASON_CHARACTERS);
};
