import { randomBytes } from 'node:crypto';
import type {
  CreateEndpointOutput,
  DescribeEndpointOutput,
  EndpointStatus,
  ListEndpointsOutput,
  UpdateEndpointOutput,
} from '@aws-sdk/client-sagemaker';
import { z } from 'zod';
import type { Caller } from '../../iam/access.ts';
import { validationError } from '../../wire/errors.ts';
import type { AnyOperation } from '../../wire/operation.ts';
import { defineOperation, requestTags, tagging } from '../define-operation.ts';
import type { EndpointConfigDocument } from '../endpoint-configs/endpoint-config.ts';
import { alreadyExisting, couldNotFind, limitExceeded } from '../errors.ts';
import type { Known } from '../known.ts';
import type { LongPoll } from '../long-poll.ts';
import type { ModelDocument } from '../models/model.ts';
import { resourceArn } from '../names.ts';
import type { ResourceKey, ResourceStore } from '../resource-store.ts';
import type { TagStore } from '../tag-store.ts';
import { filters, listing, resourceName } from '../validation.ts';
import {
  createEndpointRequest,
  type Deployment,
  deployedVariant,
  type EndpointDocument,
  updateEndpointRequest,
  weightsRequest,
} from './endpoint.ts';
import type { Endpoint, EndpointFleet } from './endpoint-fleet.ts';

export interface EndpointOperationsDeps {
  readonly endpoints: ResourceStore<EndpointDocument>;
  readonly configs: ResourceStore<EndpointConfigDocument>;
  readonly models: ResourceStore<ModelDocument>;
  readonly tags: TagStore;
  readonly fleet: EndpointFleet;
  readonly longPoll: LongPoll;
  readonly region: string;
  readonly endpointsPerAccount: number;
}

const statuses = ['Creating', 'Updating', 'InService', 'Deleting', 'Failed'] as const;
const underWay = new Set<string>(['Creating', 'Updating', 'Deleting']);

const newInstanceId = (): string => `i-${randomBytes(8).toString('hex')}`;

const describe = (endpoint: Endpoint, fleet: EndpointFleet): Known<DescribeEndpointOutput> => {
  const { serving, pending, failureReason } = endpoint.document;
  const shown = serving ?? pending;
  const answering = fleet.serving(endpoint)?.variants ?? [];
  return {
    EndpointName: endpoint.name,
    EndpointArn: endpoint.arn,
    EndpointConfigName: shown?.configName,
    EndpointStatus: endpoint.status as EndpointStatus,
    FailureReason: failureReason,
    CreationTime: endpoint.createdAt,
    LastModifiedTime: endpoint.modifiedAt,
    ProductionVariants: serving?.variants.map((variant) => ({
      VariantName: variant.name,
      DeployedImages: [{ SpecifiedImage: variant.model.image, ResolvedImage: variant.model.image }],
      CurrentWeight: variant.weight,
      DesiredWeight: variant.weight,
      CurrentInstanceCount: answering.some(
        (server) => server.variant.name === variant.name && server.listener() !== null,
      )
        ? 1
        : 0,
      DesiredInstanceCount: 1,
    })),
  };
};

export const endpointOperations = (deps: EndpointOperationsDeps): readonly AnyOperation[] => {
  const { endpoints, fleet } = deps;
  const arnIn = (
    caller: Caller,
    kind: 'endpoint' | 'endpoint-config' | 'model',
    name: string,
  ): string => resourceArn({ region: deps.region, accountId: caller.accountId }, kind, name);
  const arnOf = (caller: Caller, name: string): string => arnIn(caller, 'endpoint', name);
  const keyOf = (caller: Caller, name: string): ResourceKey => ({
    accountId: caller.accountId,
    name,
  });
  const named = z.object({ EndpointName: resourceName });
  const allow =
    (action: string) =>
    ({ EndpointName }: { EndpointName: string }, { caller }: { caller: Caller }) => [
      { action: `sagemaker:${action}`, resource: arnOf(caller, EndpointName) },
    ];
  const allowWithConfig =
    (action: string) =>
    (
      { EndpointName, EndpointConfigName }: { EndpointName: string; EndpointConfigName: string },
      { caller }: { caller: Caller },
    ) =>
      [arnOf(caller, EndpointName), arnIn(caller, 'endpoint-config', EndpointConfigName)].map(
        (resource) => ({ action: `sagemaker:${action}`, resource }),
      );

  const found = async (caller: Caller, name: string): Promise<Endpoint> => {
    const endpoint = await endpoints.get(keyOf(caller, name));
    if (endpoint === null) throw couldNotFind('endpoint', arnOf(caller, name));
    return endpoint;
  };

  /** A configuration with its models as they are now. */
  const deploymentOf = async (
    caller: Caller,
    configName: string,
    generation: number,
  ): Promise<Deployment> => {
    const config = await deps.configs.get(keyOf(caller, configName));
    if (config === null) {
      throw couldNotFind('endpoint configuration', arnIn(caller, 'endpoint-config', configName));
    }
    const variants = config.document.request.ProductionVariants.map(async (variant) => {
      const model = await deps.models.get(keyOf(caller, variant.ModelName));
      if (model === null) {
        throw couldNotFind('model', arnIn(caller, 'model', variant.ModelName));
      }
      return deployedVariant(variant, model.document.served, newInstanceId());
    });
    return { generation, configName, variants: await Promise.all(variants) };
  };

  const inProgress = (arn: string): Error =>
    validationError(`Cannot update in-progress endpoint "${arn}".`);

  return [
    defineOperation({
      name: 'CreateEndpoint',
      input: createEndpointRequest,
      access: (request, context) => [
        ...allowWithConfig('CreateEndpoint')(request, context).map((access) => ({
          ...access,
          context: requestTags(request.Tags),
        })),
        ...tagging(arnOf(context.caller, request.EndpointName), request.Tags),
      ],
      async handle(request, { caller }): Promise<CreateEndpointOutput> {
        const arn = arnOf(caller, request.EndpointName);
        const key = keyOf(caller, request.EndpointName);
        const pending = await deploymentOf(caller, request.EndpointConfigName, 1);
        const created = await endpoints.create(
          { ...key, arn, status: 'Creating', document: { serving: null, pending } },
          { statuses, limit: deps.endpointsPerAccount },
        );
        if (created === 'exists') throw alreadyExisting('endpoint', arn);
        if (created === 'over-limit') {
          throw limitExceeded(
            'Number of instances across active endpoints',
            deps.endpointsPerAccount,
          );
        }
        await deps.tags.add(caller.accountId, arn, request.Tags ?? []);
        fleet.deploy(await found(caller, request.EndpointName));
        return { EndpointArn: arn };
      },
    }),

    defineOperation({
      name: 'DescribeEndpoint',
      input: named,
      access: allow('DescribeEndpoint'),
      async handle({ EndpointName }, { caller, signal }) {
        const endpoint = await deps.longPoll.hold(
          caller.userId,
          () => found(caller, EndpointName),
          ({ status }) => underWay.has(status),
          signal,
        );
        return describe(endpoint, fleet);
      },
    }),

    defineOperation({
      name: 'ListEndpoints',
      input: listing(['Name', 'CreationTime', 'Status']).extend({
        StatusEquals: z.enum(statuses).optional(),
      }),
      access: (_input, { caller }) => [
        { action: 'sagemaker:ListEndpoints', resource: arnOf(caller, '*') },
      ],
      async handle(input, { caller }): Promise<Known<ListEndpointsOutput>> {
        const columns = { Name: 'name', CreationTime: 'created_at', Status: 'status' } as const;
        const page = await endpoints.list(caller.accountId, {
          ...filters(input),
          statuses: input.StatusEquals === undefined ? undefined : [input.StatusEquals],
          sortBy: columns[input.SortBy ?? 'CreationTime'],
          descending: (input.SortOrder ?? 'Descending') === 'Descending',
        });
        return {
          Endpoints: page.items.map((endpoint) => ({
            EndpointName: endpoint.name,
            EndpointArn: endpoint.arn,
            CreationTime: endpoint.createdAt,
            LastModifiedTime: endpoint.modifiedAt,
            EndpointStatus: endpoint.status as EndpointStatus,
          })),
          NextToken: page.nextToken,
        };
      },
    }),

    defineOperation({
      name: 'UpdateEndpoint',
      input: updateEndpointRequest,
      access: allowWithConfig('UpdateEndpoint'),
      async handle(
        { EndpointName, EndpointConfigName },
        { caller },
      ): Promise<UpdateEndpointOutput> {
        const present = await found(caller, EndpointName);
        const generation = Math.max(
          present.document.serving?.generation ?? 0,
          present.document.pending?.generation ?? 0,
          present.version,
        );
        const pending = await deploymentOf(caller, EndpointConfigName, generation + 1);
        const updating = await endpoints.change(present, (now) =>
          now.status === 'InService' || now.status === 'Failed'
            ? {
                status: 'Updating',
                document: { serving: now.document.serving, pending },
              }
            : null,
        );
        if (updating === null) throw inProgress(present.arn);
        fleet.deploy(updating);
        return { EndpointArn: present.arn };
      },
    }),

    defineOperation({
      name: 'UpdateEndpointWeightsAndCapacities',
      input: weightsRequest,
      access: allow('UpdateEndpointWeightsAndCapacities'),
      async handle({ EndpointName, DesiredWeightsAndCapacities }, { caller }) {
        const { arn } = await found(caller, EndpointName);
        const wanted = new Map(
          DesiredWeightsAndCapacities.map((one) => [one.VariantName, one.DesiredWeight]),
        );
        const changed = await endpoints.change(keyOf(caller, EndpointName), (now) => {
          const { serving } = now.document;
          if (now.status !== 'InService' || serving === null) return null;
          const known = new Set(serving.variants.map(({ name }) => name));
          const unknown = [...wanted.keys()].find((name) => !known.has(name));
          if (unknown !== undefined) {
            throw validationError(
              `The variant name(s) "${unknown}" is not present within endpoint "${arn}".`,
            );
          }
          const variants = serving.variants.map((variant) => ({
            ...variant,
            weight: wanted.get(variant.name) ?? variant.weight,
          }));
          return {
            status: 'InService',
            document: { ...now.document, serving: { ...serving, variants } },
          };
        });
        if (changed?.document.serving === null || changed === null) throw inProgress(arn);
        fleet.setWeights(changed, changed.document.serving);
        return { EndpointArn: arn };
      },
    }),

    defineOperation({
      name: 'DeleteEndpoint',
      input: named,
      access: allow('DeleteEndpoint'),
      async handle({ EndpointName }, { caller }) {
        const present = await found(caller, EndpointName);
        const deleting = await endpoints.change(present, (now) =>
          now.status === 'Deleting' ? null : { status: 'Deleting', document: now.document },
        );
        if (deleting === null) throw inProgress(present.arn);
        fleet.resume(deleting);
        return {};
      },
    }),
  ];
};
