import type {
  CreateTrainingJobResponse,
  DescribeTrainingJobResponse,
  ListTrainingJobsResponse,
  TrainingInstanceType,
  TrainingJobStatus,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { Caller, RoleSessions } from '../../iam/access.ts';
import { validationError } from '../../wire/errors.ts';
import type { AnyOperation } from '../../wire/operation.ts';
import { defineOperation, passRole, requestTags, tagging } from '../define-operation.ts';
import { limitExceeded, resourceInUse } from '../errors.ts';
import { checkImage } from '../images.ts';
import { limitsOf } from '../instance-sizes.ts';
import type { Known } from '../known.ts';
import type { LongPoll } from '../long-poll.ts';
import { resourceArn } from '../names.ts';
import type { Resource, ResourceStore } from '../resource-store.ts';
import { assumeServiceRole } from '../service-role.ts';
import type { TagStore } from '../tag-store.ts';
import { filters, listing, resourceName } from '../validation.ts';
import {
  advance,
  type TrainingJobDocument,
  type TrainingJobRequest,
  trainingJobRequest,
  underWay,
} from './training-job.ts';

export interface TrainingOperationsDeps {
  readonly jobs: ResourceStore<TrainingJobDocument>;
  readonly tags: TagStore;
  readonly roles: RoleSessions;
  readonly longPoll: LongPoll;
  readonly region: string;
  readonly now: () => Date;
  /** Jobs under way that one account may have. */
  readonly parallelJobs: number;
  /** Takes a job up; called once per created job. */
  readonly start: (job: Resource<TrainingJobDocument>) => void;
  /** Null when the job has ended already. */
  readonly stop: (key: { accountId: string; name: string }) => Promise<unknown>;
}

const statuses = ['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped'] as const;

/** What Amazon offers and this machine does not, refused instead of ignored. */
const checkSupported = (request: TrainingJobRequest): void => {
  checkImage(request.AlgorithmSpecification.TrainingImage);
  limitsOf(request.ResourceConfig.InstanceType);
  if (request.ResourceConfig.InstanceCount !== 1) {
    throw validationError(
      'Training on several instances is not available here: InstanceCount must be 1.',
    );
  }
  if (request.AlgorithmSpecification.TrainingInputMode === 'Pipe') {
    throw validationError('TrainingInputMode Pipe is not available here: use File or FastFile.');
  }
  for (const channel of request.InputDataConfig ?? []) {
    if (channel.InputMode === 'Pipe' || channel.CompressionType === 'Gzip') {
      throw validationError(
        `Channel ${channel.ChannelName}: input mode Pipe and compression Gzip are not available here.`,
      );
    }
    if (channel.DataSource.S3DataSource.S3DataType !== 'S3Prefix') {
      throw validationError(
        `Channel ${channel.ChannelName}: only S3DataType S3Prefix is available here.`,
      );
    }
  }
  const channels = (request.InputDataConfig ?? []).map(({ ChannelName }) => ChannelName);
  if (new Set(channels).size !== channels.length) {
    throw validationError('Channel names must be unique.');
  }
  if (channels.some((name) => name === '.' || name === '..')) {
    throw validationError('A channel name cannot be . or ..');
  }
};

const notFound = (): Error => validationError('Requested resource not found.');

const seconds = (from: string | undefined, to: string | undefined): number | undefined =>
  from === undefined || to === undefined
    ? undefined
    : Math.max(1, Math.round((Date.parse(to) - Date.parse(from)) / 1000));

const date = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

const describe = (job: Resource<TrainingJobDocument>): Known<DescribeTrainingJobResponse> => {
  const { request, ...state } = job.document;
  const took = seconds(state.trainingStartedAt, state.endedAt);
  return {
    ...request,
    ResourceConfig: {
      ...request.ResourceConfig,
      InstanceType: request.ResourceConfig.InstanceType as TrainingInstanceType,
    },
    TrainingJobArn: job.arn,
    TrainingJobStatus: job.status as TrainingJobStatus,
    SecondaryStatus: state.secondary,
    SecondaryStatusTransitions: state.transitions.map((transition) => ({
      Status: transition.status,
      StartTime: new Date(transition.startedAt),
      ...(transition.endedAt === undefined ? {} : { EndTime: new Date(transition.endedAt) }),
      StatusMessage: transition.message,
    })),
    FailureReason: state.failureReason,
    ModelArtifacts:
      state.modelArtifacts === undefined ? undefined : { S3ModelArtifacts: state.modelArtifacts },
    CreationTime: job.createdAt,
    LastModifiedTime: job.modifiedAt,
    TrainingStartTime: date(state.trainingStartedAt),
    TrainingEndTime: date(state.endedAt),
    TrainingTimeInSeconds: took,
    BillableTimeInSeconds: took,
    StoppingCondition: request.StoppingCondition ?? { MaxRuntimeInSeconds: 86_400 },
    EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
  };
};

export const trainingOperations = (deps: TrainingOperationsDeps): readonly AnyOperation[] => {
  const arnOf = (caller: Caller, name: string): string =>
    resourceArn({ region: deps.region, accountId: caller.accountId }, 'training-job', name);
  const named = z.object({ TrainingJobName: resourceName });
  const allow =
    (action: string) =>
    ({ TrainingJobName }: { TrainingJobName: string }, { caller }: { caller: Caller }) => [
      { action: `sagemaker:${action}`, resource: arnOf(caller, TrainingJobName) },
    ];

  return [
    defineOperation({
      name: 'CreateTrainingJob',
      input: trainingJobRequest,
      access: (request, { caller }) => {
        const arn = arnOf(caller, request.TrainingJobName);
        return [
          {
            action: 'sagemaker:CreateTrainingJob',
            resource: arn,
            context: {
              'sagemaker:InstanceTypes': [request.ResourceConfig.InstanceType],
              ...requestTags(request.Tags),
            },
          },
          passRole(request.RoleArn),
          ...tagging(arn, request.Tags),
        ];
      },
      async handle({ Tags, ...request }, { caller }): Promise<CreateTrainingJobResponse> {
        checkSupported(request);
        await assumeServiceRole(deps.roles, request.RoleArn, caller.accountId, 'SageMaker');
        const arn = arnOf(caller, request.TrainingJobName);
        const key = { accountId: caller.accountId, name: request.TrainingJobName };
        const document = advance(
          {
            request,
            secondary: 'Starting',
            transitions: [],
            logStream: `${request.TrainingJobName}/algo-1-${Math.floor(deps.now().getTime() / 1000)}`,
          },
          'Starting',
          deps.now(),
        );
        const created = await deps.jobs.create(
          { ...key, arn, status: 'InProgress', document },
          { statuses: underWay, limit: deps.parallelJobs },
        );
        if (created === 'exists') {
          throw resourceInUse(
            `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
          );
        }
        if (created === 'over-limit') {
          throw limitExceeded('Number of instances across all training jobs', deps.parallelJobs);
        }
        await deps.tags.add(caller.accountId, arn, Tags ?? []);
        const job = await deps.jobs.get(key);
        if (job !== null) deps.start(job);
        return { TrainingJobArn: arn };
      },
    }),

    defineOperation({
      name: 'DescribeTrainingJob',
      input: named,
      access: allow('DescribeTrainingJob'),
      async handle({ TrainingJobName }, { caller, signal }) {
        const load = async (): Promise<Resource<TrainingJobDocument>> => {
          const job = await deps.jobs.get({ accountId: caller.accountId, name: TrainingJobName });
          if (job === null) throw notFound();
          return job;
        };
        return describe(
          await deps.longPoll.hold(
            caller.userId,
            load,
            ({ status }) => underWay.some((running) => running === status),
            signal,
          ),
        );
      },
    }),

    defineOperation({
      name: 'ListTrainingJobs',
      input: listing(['Name', 'CreationTime', 'Status']).extend({
        StatusEquals: z.enum(statuses).optional(),
      }),
      access: (_input, { caller }) => [
        { action: 'sagemaker:ListTrainingJobs', resource: arnOf(caller, '*') },
      ],
      async handle(input, { caller }): Promise<Known<ListTrainingJobsResponse>> {
        const columns = { Name: 'name', CreationTime: 'created_at', Status: 'status' } as const;
        const page = await deps.jobs.list(caller.accountId, {
          ...filters(input),
          statuses: input.StatusEquals === undefined ? undefined : [input.StatusEquals],
          sortBy: columns[input.SortBy ?? 'CreationTime'],
          descending: (input.SortOrder ?? 'Descending') === 'Descending',
        });
        return {
          TrainingJobSummaries: page.items.map((job) => ({
            TrainingJobName: job.name,
            TrainingJobArn: job.arn,
            CreationTime: job.createdAt,
            LastModifiedTime: job.modifiedAt,
            TrainingEndTime: date(job.document.endedAt),
            TrainingJobStatus: job.status as TrainingJobStatus,
            SecondaryStatus: job.document.secondary,
          })),
          NextToken: page.nextToken,
        };
      },
    }),

    defineOperation({
      name: 'StopTrainingJob',
      input: named,
      access: allow('StopTrainingJob'),
      async handle({ TrainingJobName }, { caller }) {
        const key = { accountId: caller.accountId, name: TrainingJobName };
        if ((await deps.jobs.get(key)) === null) throw notFound();
        if ((await deps.stop(key)) === null) {
          throw validationError(
            'The request was rejected because the training job is in status Completed, Failed, Stopping or Stopped.',
          );
        }
        return {};
      },
    }),
  ];
};
