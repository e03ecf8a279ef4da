import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, ContainerExit } from '../../containers/engine.ts';
import type { PodmanEngine } from '../../containers/podman-engine.ts';
import type { Caller, RoleSessions } from '../../iam/access.ts';
import type { Logger } from '../../logger.ts';
import type { Objects } from '../../s3/objects.ts';
import { AwsError } from '../../wire/errors.ts';
import { type Downloads, downloadObject, downloadPrefix } from '../download.ts';
import { ClientError } from '../errors.ts';
import type { LogPump } from '../log-pump.ts';
import type { MlVolume, MlVolumes } from '../ml-volume.ts';
import { labelArn } from '../names.ts';
import type { ResourceStore } from '../resource-store.ts';
import { below, s3Location, s3UriOf } from '../s3-location.ts';
import { assumeServiceRole } from '../service-role.ts';
import { failureReason, openTenantFile, readTenantText } from '../tenant-file.ts';
import {
  configDocuments,
  containerNameOf,
  diskBytesOf,
  type TrainingJob,
  trainingContainer,
} from './training-container.ts';
import { advance, maxRuntimeSeconds, type TrainingJobDocument, underWay } from './training-job.ts';

export interface TrainingDeps {
  readonly engine: PodmanEngine;
  readonly volumes: MlVolumes;
  readonly objects: Objects;
  readonly roles: RoleSessions;
  readonly jobs: ResourceStore<TrainingJobDocument>;
  readonly logPump: LogPump;
  readonly logger: Logger;
  readonly region: string;
  readonly now: () => Date;
}

export const trainingLogGroup = '/aws/sagemaker/TrainingJobs';

/** The runner itself ends a deaf script after SageMaker's 120 s; this is what packing may take beyond. */
const STOP_GRACE_SECONDS = 180;
/** Longest session STS gives; a longer job goes on without keys. */
const KEY_SECONDS_MAX = 12 * 3600;
const KEY_SECONDS_MIN = 900;
const FAILURE_BYTES = 16_384;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000];

interface Outcome {
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly failureReason?: string;
}

interface Ended {
  readonly exit: ContainerExit;
  /** The last lines it printed. */
  readonly tail: readonly string[];
}

const outcomeOf = async (
  { exit, tail }: Ended,
  volume: MlVolume,
  stopping: boolean,
): Promise<Outcome> => {
  if (exit.outOfMemory) {
    return {
      status: 'Failed',
      failureReason:
        'AlgorithmError: the script needed more memory than the instance has (out of memory). Choose a larger instance.',
    };
  }
  if (exit.outOfDisk) {
    return {
      status: 'Failed',
      failureReason: 'AlgorithmError: the script wrote more than VolumeSizeInGB and was ended.',
    };
  }
  if (stopping) return { status: 'Stopped' };
  if (exit.code === 0) return { status: 'Completed' };
  const said = await readTenantText(volume.output, 'failure', FAILURE_BYTES);
  return {
    status: 'Failed',
    // On a full volume the script's runner cannot leave its reason; then its last lines are it.
    failureReason: failureReason(
      'AlgorithmError',
      said?.trim() || `exit code ${exit.code}\n${tail.join('\n')}`,
    ),
  };
};

/**
 * Carries one job from wherever it stands to its end. Each step finds what an earlier Studio did: a container that runs
 * is adopted, one that ended is judged by its exit code, and only one finish is ever recorded.
 */
export const runTrainingJob = async (
  deps: TrainingDeps,
  job: TrainingJob,
  signal: AbortSignal,
): Promise<void> => {
  const { engine, volumes, objects, jobs } = deps;
  const name = containerNameOf(job);
  const { request } = job.document;

  const step = (secondary: 'Downloading' | 'Training' | 'Uploading') =>
    jobs.change(job, (now) =>
      underWay.some((status) => status === now.status)
        ? {
            status: now.status,
            document:
              now.status === 'Stopping'
                ? now.document
                : {
                    ...advance(now.document, secondary, deps.now()),
                    ...(secondary === 'Training' && now.document.trainingStartedAt === undefined
                      ? { trainingStartedAt: deps.now().toISOString() }
                      : {}),
                  },
          }
        : null,
    );

  const isStopping = async (): Promise<boolean> => (await jobs.get(job))?.status === 'Stopping';

  const session = (): Promise<Caller> =>
    assumeServiceRole(deps.roles, request.RoleArn, job.accountId, 'SageMaker');

  const download = async (volume: MlVolume, caller: Caller): Promise<void> => {
    const downloads: Downloads = { objects, caller, signal };
    for (const channel of request.InputDataConfig ?? []) {
      await downloadPrefix(
        downloads,
        s3Location(channel.DataSource.S3DataSource.S3Uri),
        `${volume.input}/data/${channel.ChannelName}`,
      );
    }
    const source = sourceOf(request.HyperParameters);
    if (source !== null) {
      const path = `${volume.input}/source/sourcedir.tar.gz`;
      await downloadObject(downloads, s3Location(source), path);
    }
  };

  const startContainer = async (): Promise<Container | null> => {
    await step('Downloading');
    await engine.remove(name);
    const caller = await session();
    const volume = await volumes.create(name, job.accountId, diskBytesOf(job));
    await volumes.writeConfig(volume, configDocuments(job));
    await download(volume, caller);
    if (await isStopping()) return null;
    const seconds = Math.min(KEY_SECONDS_MAX, maxRuntimeSeconds(request) + STOP_GRACE_SECONDS);
    const keys = await deps.roles.issueKeys(caller, Math.max(KEY_SECONDS_MIN, seconds));
    return engine.run(trainingContainer(job, volume, keys, deps.region));
  };

  const uploads = async (volume: MlVolume): Promise<string | undefined> => {
    const target = below(s3Location(request.OutputDataConfig.S3OutputPath), job.name, 'output');
    const caller = await session();
    const upload = async (file: string): Promise<string | undefined> => {
      const opened = await openTenantFile(volume.artifacts, file);
      if (opened === null) return undefined;
      const to = below(target, file);
      try {
        await objects.put(
          caller,
          to.bucket,
          to.key,
          opened.file.createReadStream({ autoClose: false, highWaterMark: 1 << 20 }),
          { contentType: 'application/gzip' },
        );
      } catch (error) {
        if (error instanceof AwsError && error.status < 500) {
          throw new ClientError(
            `Artifact upload failed:${error.code} ${s3UriOf(to)}: ${error.message}`,
          );
        }
        throw error;
      } finally {
        await opened.file.close();
      }
      return s3UriOf(to);
    };
    await upload('output.tar.gz');
    return upload('model.tar.gz');
  };

  const supervise = async (container: Container): Promise<Ended> => {
    const now = await jobs.get(job);
    const started = Date.parse(now?.document.trainingStartedAt ?? deps.now().toISOString());
    const left = started + maxRuntimeSeconds(request) * 1000 - deps.now().getTime();
    const overtime = setTimeout(
      () => void stopTrainingJob(deps, job, true).catch(() => undefined),
      Math.min(Math.max(0, left), 2 ** 31 - 1),
    );
    const stream = {
      accountId: job.accountId,
      group: trainingLogGroup,
      stream: job.document.logStream,
    };
    try {
      const tail = await deps.logPump.pump(container, stream, signal);
      signal.throwIfAborted();
      return { exit: await container.exited, tail };
    } finally {
      clearTimeout(overtime);
    }
  };

  const finish = async (outcome: Outcome, modelArtifacts?: string): Promise<void> => {
    await jobs.change(job, (now) => {
      if (!underWay.some((status) => status === now.status)) return null;
      const overtime = outcome.status === 'Stopped' && now.document.overtime === true;
      const advanced = advance(
        now.document,
        overtime ? 'MaxRuntimeExceeded' : outcome.status,
        deps.now(),
      );
      const endedAt = deps.now().toISOString();
      const last = advanced.transitions.at(-1);
      return {
        status: outcome.status,
        document: {
          ...advanced,
          transitions: [
            ...advanced.transitions.slice(0, -1),
            ...(last === undefined
              ? []
              : [{ ...last, endedAt, message: outcome.failureReason ?? last.message }]),
          ],
          endedAt,
          ...(outcome.failureReason === undefined ? {} : { failureReason: outcome.failureReason }),
          ...(modelArtifacts === undefined ? {} : { modelArtifacts }),
        },
      };
    });
  };

  const carry = async (): Promise<void> => {
    const [adopted] = await engine.find({ [labelArn]: job.arn });
    const { trainingStartedAt } = (await jobs.get(job))?.document ?? job.document;
    if (adopted === undefined && trainingStartedAt !== undefined) throw new ContainerLost();
    const container = adopted ?? (await startContainer());
    if (container === null) return finish({ status: 'Stopped' });
    // Only now: a crash before this leaves either no container or one that is found by its label.
    await step('Training');
    const stopped = (await isStopping()) ? container.stop(STOP_GRACE_SECONDS) : null;
    const end = await supervise(container);
    await stopped?.catch(() => undefined);
    const volume = volumes.at(name);
    const outcome = await outcomeOf(end, volume, await isStopping());
    await step('Uploading');
    const modelArtifacts = outcome.status === 'Failed' ? undefined : await uploads(volume);
    await finish(outcome, modelArtifacts);
  };

  /** Every step finds what was done before, so a fault of the machine or the database is met by trying again. */
  const carryThrough = async (): Promise<void> => {
    for (const wait of RETRY_MS) {
      try {
        return await carry();
      } catch (error) {
        if (signal.aborted) return;
        const reason = ownersReason(error);
        if (reason !== null) return finish({ status: 'Failed', failureReason: reason });
        deps.logger.warn('a training job is taken up again', { arn: job.arn, error });
        await sleep(wait, null, { signal }).catch(() => null);
      }
    }
    deps.logger.error('a training job could not be carried on', { arn: job.arn });
    await finish({
      status: 'Failed',
      failureReason: 'InternalServerError: We encountered an internal error. Please try again.',
    });
  };

  await carryThrough();
  // Studio itself ends: the next one goes on from here.
  if (signal.aborted) return;
  await engine.remove(name);
  await volumes.remove(name);
  await deps.logPump.forget(name);
};

/** The machine restarted or somebody removed the container; what it did until then cannot be repeated safely. */
class ContainerLost extends Error {
  override readonly name = 'ContainerLost';
}

/** Why the job fails for its owner; null for a fault that is ours. */
const ownersReason = (error: unknown): string | null => {
  if (error instanceof ClientError || (error instanceof AwsError && error.status < 500)) {
    return failureReason('ClientError', error.message);
  }
  return error instanceof ContainerLost
    ? 'InternalServerError: the job ended when its machine restarted. Please start it again.'
    : null;
};

/** SDKs send the value as JSON text, people by hand plainly. */
const sourceOf = (parameters: Readonly<Record<string, string>> | undefined): string | null => {
  const value = parameters?.sagemaker_submit_directory;
  if (value === undefined) return null;
  const uri = value.replace(/^"|"$/gu, '');
  return uri.startsWith('s3://') ? uri : null;
};

/** Asks a job to end; the model written so far is kept. Null when it has ended already. */
export const stopTrainingJob = async (
  deps: Pick<TrainingDeps, 'jobs' | 'engine' | 'now'>,
  key: { readonly accountId: string; readonly name: string },
  overtime: boolean,
): Promise<TrainingJob | null> => {
  const stopping = await deps.jobs.change(key, (now) =>
    now.status === 'InProgress'
      ? {
          status: 'Stopping',
          document: {
            ...advance(now.document, 'Stopping', deps.now()),
            ...(overtime ? { overtime: true } : {}),
          },
        }
      : null,
  );
  if (stopping === null) return null;
  const [container] = await deps.engine.find({ [labelArn]: stopping.arn });
  if (container !== undefined) void container.stop(STOP_GRACE_SECONDS).catch(() => undefined);
  return stopping;
};
