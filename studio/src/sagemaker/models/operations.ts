import type {
  CreateModelOutput,
  DescribeModelOutput,
  ListModelsOutput,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { Caller, RoleSessions } from '../../iam/access.ts';
import type { Objects } from '../../s3/objects.ts';
import { AwsError, validationError } from '../../wire/errors.ts';
import type { AnyOperation } from '../../wire/operation.ts';
import { defineOperation, passRole, requestTags, tagging } from '../define-operation.ts';
import { alreadyExisting, couldNotFind, limitExceeded } from '../errors.ts';
import { checkImage } from '../images.ts';
import type { Known } from '../known.ts';
import { resourceArn } from '../names.ts';
import type { ResourceStore } from '../resource-store.ts';
import { s3Location } from '../s3-location.ts';
import { assumeServiceRole } from '../service-role.ts';
import type { TagStore } from '../tag-store.ts';
import { filters, listing, resourceName } from '../validation.ts';
import { type ModelDocument, type ModelRequest, modelRequest, type ServedModel } from './model.ts';

export interface ModelOperationsDeps {
  readonly models: ResourceStore<ModelDocument>;
  readonly tags: TagStore;
  readonly roles: RoleSessions;
  readonly objects: Objects;
  readonly region: string;
  readonly modelsPerAccount: number;
}

/** Throws for what Amazon offers and this machine does not. */
const servedOf = (request: ModelRequest): ServedModel => {
  const containers = [
    ...(request.PrimaryContainer === undefined ? [] : [request.PrimaryContainer]),
    ...(request.Containers ?? []),
  ];
  const [container] = containers;
  if (container === undefined || containers.length > 1) {
    throw validationError('A model needs exactly one container here: give PrimaryContainer.');
  }
  if (container.Mode === 'MultiModel' || container.ModelPackageName !== undefined) {
    throw validationError('MultiModel and model packages are not available here.');
  }
  if (container.Image === undefined) throw validationError('PrimaryContainer needs an Image.');
  checkImage(container.Image);
  if (request.ExecutionRoleArn === undefined) {
    throw validationError(
      "1 validation error detected: Value null at 'executionRoleArn' failed to satisfy constraint: Member must not be null",
    );
  }
  return {
    roleArn: request.ExecutionRoleArn,
    image: container.Image,
    modelDataUrl: container.ModelDataUrl ?? null,
    environment: container.Environment ?? {},
  };
};

/** As on AWS, a model whose data is not there or not readable by its role is refused when it is made. */
const checkModelData = async (
  deps: ModelOperationsDeps,
  served: ServedModel,
  role: Caller,
): Promise<void> => {
  const url = served.modelDataUrl;
  if (url === null) return;
  if (!url.startsWith('s3://') || !url.endsWith('.tar.gz')) {
    throw validationError(`ModelDataUrl ${url} must be an s3:// location of a .tar.gz archive.`);
  }
  const { bucket, key } = s3Location(url);
  try {
    const { body } = await deps.objects.get(role, bucket, key);
    await body[Symbol.asyncIterator]().return?.();
  } catch (error) {
    if (!(error instanceof AwsError) || error.status >= 500) throw error;
    throw validationError(
      error.code === 'NoSuchKey' || error.code === 'NoSuchBucket'
        ? `Could not find model data at ${url}.`
        : `Could not access model data at ${url}. Please ensure that the role "${served.roleArn}" exists and that its ` +
            'trust relationship policy allows the action "sts:AssumeRole" for the service principal ' +
            '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the object ' +
            'is located in this region.',
    );
  }
};

export const modelOperations = (deps: ModelOperationsDeps): readonly AnyOperation[] => {
  const arnOf = (caller: Caller, name: string): string =>
    resourceArn({ region: deps.region, accountId: caller.accountId }, 'model', name);
  const named = z.object({ ModelName: resourceName });
  const allow =
    (action: string) =>
    ({ ModelName }: { ModelName: string }, { caller }: { caller: Caller }) => [
      { action: `sagemaker:${action}`, resource: arnOf(caller, ModelName) },
    ];

  return [
    defineOperation({
      name: 'CreateModel',
      input: modelRequest,
      access: (request, { caller }) => {
        const arn = arnOf(caller, request.ModelName);
        return [
          {
            action: 'sagemaker:CreateModel',
            resource: arn,
            context: requestTags(request.Tags),
          },
          ...(request.ExecutionRoleArn === undefined ? [] : [passRole(request.ExecutionRoleArn)]),
          ...tagging(arn, request.Tags),
        ];
      },
      async handle({ Tags, ...request }, { caller }): Promise<CreateModelOutput> {
        const served = servedOf(request);
        const { accountId } = caller;
        const role = await assumeServiceRole(deps.roles, served.roleArn, accountId, 'SageMaker');
        await checkModelData(deps, served, role);
        const arn = arnOf(caller, request.ModelName);
        const created = await deps.models.create(
          {
            accountId,
            name: request.ModelName,
            arn,
            status: 'InService',
            document: { request, served },
          },
          { statuses: ['InService'], limit: deps.modelsPerAccount },
        );
        if (created === 'exists') throw alreadyExisting('model', arn);
        if (created === 'over-limit')
          throw limitExceeded('Number of models', deps.modelsPerAccount);
        await deps.tags.add(accountId, arn, Tags ?? []);
        return { ModelArn: arn };
      },
    }),

    defineOperation({
      name: 'DescribeModel',
      input: named,
      access: allow('DescribeModel'),
      async handle({ ModelName }, { caller }): Promise<Known<DescribeModelOutput>> {
        const model = await deps.models.get({ accountId: caller.accountId, name: ModelName });
        if (model === null) throw couldNotFind('model', arnOf(caller, ModelName));
        return {
          ...model.document.request,
          ModelArn: model.arn,
          CreationTime: model.createdAt,
          EnableNetworkIsolation: model.document.request.EnableNetworkIsolation ?? false,
        };
      },
    }),

    defineOperation({
      name: 'ListModels',
      input: listing(['Name', 'CreationTime']),
      access: (_input, { caller }) => [
        { action: 'sagemaker:ListModels', resource: arnOf(caller, '*') },
      ],
      async handle(input, { caller }): Promise<Known<ListModelsOutput>> {
        const page = await deps.models.list(caller.accountId, {
          ...filters(input),
          sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
          descending: (input.SortOrder ?? 'Descending') === 'Descending',
        });
        return {
          Models: page.items.map(({ name, arn, createdAt }) => ({
            ModelName: name,
            ModelArn: arn,
            CreationTime: createdAt,
          })),
          NextToken: page.nextToken,
        };
      },
    }),

    defineOperation({
      name: 'DeleteModel',
      input: named,
      access: allow('DeleteModel'),
      async handle({ ModelName }, { caller }) {
        const arn = arnOf(caller, ModelName);
        if (!(await deps.models.remove({ accountId: caller.accountId, name: ModelName }))) {
          throw couldNotFind('model', arn);
        }
        await deps.tags.removeAll(arn);
        return {};
      },
    }),
  ];
};
