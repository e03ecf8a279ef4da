import type {
  CreateEndpointConfigOutput,
  DescribeEndpointConfigOutput,
  ListEndpointConfigsOutput,
  ProductionVariantInstanceType,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { Caller } from '../../iam/access.ts';
import { validationError } from '../../wire/errors.ts';
import type { AnyOperation } from '../../wire/operation.ts';
import { defineOperation, requestTags, tagging } from '../define-operation.ts';
import { alreadyExisting, couldNotFind, limitExceeded } from '../errors.ts';
import { limitsOf } from '../instance-sizes.ts';
import type { Known } from '../known.ts';
import type { ModelDocument } from '../models/model.ts';
import { resourceArn } from '../names.ts';
import type { ResourceStore } from '../resource-store.ts';
import type { TagStore } from '../tag-store.ts';
import { filters, listing, resourceName } from '../validation.ts';
import {
  type EndpointConfigDocument,
  type EndpointConfigRequest,
  endpointConfigRequest,
} from './endpoint-config.ts';

export interface EndpointConfigOperationsDeps {
  readonly configs: ResourceStore<EndpointConfigDocument>;
  readonly models: ResourceStore<ModelDocument>;
  readonly tags: TagStore;
  readonly region: string;
  readonly configsPerAccount: number;
}

/** Throws for what Amazon offers and this machine does not. */
const checkSupported = (request: EndpointConfigRequest): void => {
  const unavailable = [
    [request.ShadowProductionVariants?.length, 'ShadowProductionVariants'],
    [request.AsyncInferenceConfig, 'AsyncInferenceConfig'],
    [request.DataCaptureConfig?.EnableCapture === true, 'DataCaptureConfig'],
    [
      request.ProductionVariants.some(({ ServerlessConfig }) => ServerlessConfig),
      'ServerlessConfig',
    ],
  ] as const;
  for (const [used, what] of unavailable) {
    if (used) throw validationError(`${what} is not available here.`);
  }
  for (const { VariantName, InstanceType } of request.ProductionVariants) {
    if (InstanceType === undefined) {
      throw validationError(`Production variant ${VariantName} needs an InstanceType.`);
    }
    limitsOf(InstanceType);
  }
  const names = request.ProductionVariants.map(({ VariantName }) => VariantName);
  if (new Set(names).size !== names.length) {
    throw validationError('Production variant names must be unique.');
  }
};

export const endpointConfigOperations = (
  deps: EndpointConfigOperationsDeps,
): readonly AnyOperation[] => {
  const arnIn = (caller: Caller, kind: 'endpoint-config' | 'model', name: string): string =>
    resourceArn({ region: deps.region, accountId: caller.accountId }, kind, name);
  const arnOf = (caller: Caller, name: string): string => arnIn(caller, 'endpoint-config', name);
  const named = z.object({ EndpointConfigName: resourceName });
  const allow =
    (action: string) =>
    ({ EndpointConfigName }: { EndpointConfigName: string }, { caller }: { caller: Caller }) => [
      { action: `sagemaker:${action}`, resource: arnOf(caller, EndpointConfigName) },
    ];

  return [
    defineOperation({
      name: 'CreateEndpointConfig',
      input: endpointConfigRequest,
      access: (request, { caller }) => {
        const arn = arnOf(caller, request.EndpointConfigName);
        return [
          {
            action: 'sagemaker:CreateEndpointConfig',
            resource: arn,
            context: {
              'sagemaker:InstanceTypes': request.ProductionVariants.flatMap(({ InstanceType }) =>
                InstanceType === undefined ? [] : [InstanceType],
              ),
              ...requestTags(request.Tags),
            },
          },
          ...tagging(arn, request.Tags),
        ];
      },
      async handle({ Tags, ...request }, { caller }): Promise<CreateEndpointConfigOutput> {
        checkSupported(request);
        const { accountId } = caller;
        for (const { ModelName } of request.ProductionVariants) {
          if ((await deps.models.get({ accountId, name: ModelName })) === null) {
            throw couldNotFind('model', arnIn(caller, 'model', ModelName));
          }
        }
        const arn = arnOf(caller, request.EndpointConfigName);
        const created = await deps.configs.create(
          {
            accountId,
            name: request.EndpointConfigName,
            arn,
            status: 'InService',
            document: { request },
          },
          { statuses: ['InService'], limit: deps.configsPerAccount },
        );
        if (created === 'exists') throw alreadyExisting('endpoint configuration', arn);
        if (created === 'over-limit') {
          throw limitExceeded('Number of endpoint configurations', deps.configsPerAccount);
        }
        await deps.tags.add(accountId, arn, Tags ?? []);
        return { EndpointConfigArn: arn };
      },
    }),

    defineOperation({
      name: 'DescribeEndpointConfig',
      input: named,
      access: allow('DescribeEndpointConfig'),
      async handle(
        { EndpointConfigName },
        { caller },
      ): Promise<Known<DescribeEndpointConfigOutput>> {
        const key = { accountId: caller.accountId, name: EndpointConfigName };
        const config = await deps.configs.get(key);
        if (config === null) {
          throw couldNotFind('endpoint configuration', arnOf(caller, EndpointConfigName));
        }
        return {
          EndpointConfigName,
          EndpointConfigArn: config.arn,
          CreationTime: config.createdAt,
          ProductionVariants: config.document.request.ProductionVariants.map(
            ({ InstanceType, ServerlessConfig: _none, ...variant }) => ({
              ...variant,
              InitialVariantWeight: variant.InitialVariantWeight ?? 1,
              InstanceType: InstanceType as ProductionVariantInstanceType | undefined,
            }),
          ),
        };
      },
    }),

    defineOperation({
      name: 'ListEndpointConfigs',
      input: listing(['Name', 'CreationTime']),
      access: (_input, { caller }) => [
        { action: 'sagemaker:ListEndpointConfigs', resource: arnOf(caller, '*') },
      ],
      async handle(input, { caller }): Promise<Known<ListEndpointConfigsOutput>> {
        const page = await deps.configs.list(caller.accountId, {
          ...filters(input),
          sortBy: input.SortBy === 'Name' ? 'name' : 'created_at',
          descending: (input.SortOrder ?? 'Descending') === 'Descending',
        });
        return {
          EndpointConfigs: page.items.map(({ name, arn, createdAt }) => ({
            EndpointConfigName: name,
            EndpointConfigArn: arn,
            CreationTime: createdAt,
          })),
          NextToken: page.nextToken,
        };
      },
    }),

    defineOperation({
      name: 'DeleteEndpointConfig',
      input: named,
      access: allow('DeleteEndpointConfig'),
      async handle({ EndpointConfigName }, { caller }) {
        const arn = arnOf(caller, EndpointConfigName);
        const key = { accountId: caller.accountId, name: EndpointConfigName };
        if (!(await deps.configs.remove(key))) throw couldNotFind('endpoint configuration', arn);
        await deps.tags.removeAll(arn);
        return {};
      },
    }),
  ];
};
