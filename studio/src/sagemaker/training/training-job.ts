import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import { environment, resourceName, roleArn, s3Uri, tagList } from '../validation.ts';

const channel = z.object({
  ChannelName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9.\-_]+$/u),
  DataSource: z.object({
    S3DataSource: z.object({
      S3DataType: z.enum(['ManifestFile', 'S3Prefix', 'AugmentedManifestFile', 'Converse']),
      S3Uri: s3Uri,
      S3DataDistributionType: z.enum(['FullyReplicated', 'ShardedByS3Key']).optional(),
    }),
  }),
  ContentType: z.string().max(256).optional(),
  CompressionType: z.enum(['None', 'Gzip']).optional(),
  RecordWrapperType: z.enum(['None', 'RecordIO']).optional(),
  InputMode: z.enum(['Pipe', 'File', 'FastFile']).optional(),
});

const text = z.string().max(2500);

/** What CreateTrainingJob honours; further members of Amazon's are accepted and have no effect here. */
export const trainingJobRequest = z.object({
  TrainingJobName: resourceName,
  HyperParameters: z
    .record(z.string().max(256), text)
    .refine((entries) => Object.keys(entries).length <= 100, {
      message: 'Member must have length less than or equal to 100',
    })
    .optional(),
  AlgorithmSpecification: z.object({
    TrainingImage: z.string().max(255),
    TrainingInputMode: z.enum(['Pipe', 'File', 'FastFile']),
    ContainerEntrypoint: z.array(z.string().max(256)).min(1).max(100).optional(),
    ContainerArguments: z.array(z.string().max(256)).min(1).max(100).optional(),
    EnableSageMakerMetricsTimeSeries: z.boolean().optional(),
  }),
  RoleArn: roleArn,
  InputDataConfig: z.array(channel).max(20).optional(),
  OutputDataConfig: z.object({ S3OutputPath: s3Uri, KmsKeyId: z.string().max(2048).optional() }),
  ResourceConfig: z.object({
    InstanceType: z.string(),
    InstanceCount: z.number().int().min(0),
    VolumeSizeInGB: z.number().int().min(0),
  }),
  StoppingCondition: z
    .object({
      MaxRuntimeInSeconds: z.number().int().min(1).optional(),
      MaxWaitTimeInSeconds: z.number().int().min(1).optional(),
    })
    .optional(),
  Tags: tagList.optional(),
  Environment: environment.optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  EnableInterContainerTrafficEncryption: z.boolean().optional(),
  EnableManagedSpotTraining: z.boolean().optional(),
});

export type TrainingJobRequest = z.output<typeof trainingJobRequest>;

export interface Transition {
  readonly status: SecondaryStatus;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly message: string;
}

export interface TrainingJobDocument {
  readonly request: Omit<TrainingJobRequest, 'Tags'>;
  readonly secondary: SecondaryStatus;
  readonly transitions: readonly Transition[];
  readonly logStream: string;
  /** Set when the container was started. */
  readonly trainingStartedAt?: string;
  readonly endedAt?: string;
  readonly failureReason?: string;
  readonly modelArtifacts?: string;
  /** The time limit, not a person, asked for the stop. */
  readonly overtime?: boolean;
}

export const underWay: readonly TrainingJobStatus[] = ['InProgress', 'Stopping'];

export const maxRuntimeSeconds = (request: TrainingJobDocument['request']): number =>
  request.StoppingCondition?.MaxRuntimeInSeconds ?? 86_400;

const messages: Partial<Record<SecondaryStatus, string>> = {
  Starting: 'Preparing the container for training',
  Downloading: 'Downloading input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Resource released due to max runtime exceeded',
};

/** Ends the present transition and begins the next; the same one again changes nothing. */
export const advance = (
  document: TrainingJobDocument,
  status: SecondaryStatus,
  at: Date,
): TrainingJobDocument => {
  if (document.secondary === status && document.transitions.length > 0) return document;
  const time = at.toISOString();
  const past = document.transitions.map((transition) =>
    transition.endedAt === undefined ? { ...transition, endedAt: time } : transition,
  );
  const next = { status, startedAt: time, message: messages[status] ?? status };
  return { ...document, secondary: status, transitions: [...past, next] };
};
