import type { ContainerSpec } from '../../containers/engine.ts';
import { runnersInside } from '../../containers/index.ts';
import type { TemporaryKeys } from '../../iam/access.ts';
import { limitsOf } from '../instance-sizes.ts';
import type { MlVolume } from '../ml-volume.ts';
import { labelArn, labelKind } from '../names.ts';
import type { Resource } from '../resource-store.ts';
import type { TrainingJobDocument } from './training-job.ts';

const GIB = 1024 ** 3;

export type TrainingJob = Resource<TrainingJobDocument>;

/** One name for the container and the volume of a job. */
export const containerNameOf = ({ accountId, name }: Pick<TrainingJob, 'accountId' | 'name'>) =>
  `training-${accountId}-${name}`;

export const diskBytesOf = (job: TrainingJob): number =>
  Math.max(1, job.document.request.ResourceConfig.VolumeSizeInGB) * GIB;

/** `/opt/ml/input/config/*.json`, by name; `atelier` is what our own runner needs beside SageMaker's. */
export const configDocuments = (job: TrainingJob): Record<string, unknown> => {
  const { request } = job.document;
  const { InstanceType } = request.ResourceConfig;
  return {
    hyperparameters: request.HyperParameters ?? {},
    inputdataconfig: Object.fromEntries(
      (request.InputDataConfig ?? []).map((channel) => [
        channel.ChannelName,
        {
          ContentType: channel.ContentType,
          TrainingInputMode: 'File',
          S3DistributionType:
            channel.DataSource.S3DataSource.S3DataDistributionType ?? 'FullyReplicated',
          RecordWrapperType: 'None',
        },
      ]),
    ),
    resourceconfig: {
      current_host: 'algo-1',
      hosts: ['algo-1'],
      current_instance_type: InstanceType,
      network_interface_name: 'lo',
    },
    atelier: {
      name: job.name,
      arn: job.arn,
      cpus: limitsOf(InstanceType).cpus,
      entrypoint: request.AlgorithmSpecification.ContainerEntrypoint ?? null,
      arguments: request.AlgorithmSpecification.ContainerArguments ?? [],
    },
  };
};

/** Without these, numeric libraries start a thread per processor of the machine, not of the container. */
export const threadVariables = (cpus: number): Record<string, string> =>
  Object.fromEntries(
    ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'LOKY_MAX_CPU_COUNT'].map(
      (name) => [name, String(Math.max(1, Math.floor(cpus)))],
    ),
  );

export const trainingContainer = (
  job: TrainingJob,
  volume: MlVolume,
  keys: TemporaryKeys,
  region: string,
): ContainerSpec => {
  const { request } = job.document;
  const limits = limitsOf(request.ResourceConfig.InstanceType);
  return {
    name: containerNameOf(job),
    accountId: job.accountId,
    labels: { [labelKind]: 'training-job', [labelArn]: job.arn },
    command: ['/usr/bin/env', 'python3', '-u', `${runnersInside}/train.py`],
    environment: {
      ...threadVariables(limits.cpus),
      HOME: '/tmp',
      ...request.Environment,
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
    },
    mounts: volume.mounts,
    limits: { ...limits, diskBytes: diskBytesOf(job) },
    sockets: ['studio'],
    listens: false,
  };
};
