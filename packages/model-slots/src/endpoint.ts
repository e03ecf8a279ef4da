import { BusinessError, type TenantScope } from '@atelier/service-kit';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import {
  InvokeEndpointCommand,
  ModelError,
  SageMakerRuntimeClient,
} from '@aws-sdk/client-sagemaker-runtime';
import type { FeatureRow, SlotDefinition } from './slot.ts';
import { type Prediction, readPredictions, requestBody } from './slot-contract.ts';

/** Asks the endpoints of tenants' accounts, through the tenant's role into the account. */
export interface Endpoints {
  /** Throws `endpoint_not_found` or `endpoint_not_in_service`. */
  mustServe(scope: TenantScope, endpointName: string): Promise<void>;
  /** Throws `ModelFailure`, `ContractViolation`, or what the SDK throws. */
  predict(
    scope: TenantScope,
    endpointName: string,
    slot: SlotDefinition,
    instances: readonly FeatureRow[],
    signal: AbortSignal,
  ): Promise<Prediction[]>;
}

/** The model itself answered with an error; `message` is its own. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
}

const MAX_MESSAGE = 2000;

export const createEndpoints = (deps: {
  address: { region: string; endpoint?: string };
}): Endpoints => {
  // One client per tenant: connections and credentials are kept, and a tenant's never serve another.
  const runtimes = new Map<string, SageMakerRuntimeClient>();
  const runtimeOf = (scope: TenantScope): SageMakerRuntimeClient => {
    const known = runtimes.get(scope.tenantId);
    if (known !== undefined) return known;
    const made = new SageMakerRuntimeClient({
      ...deps.address,
      credentials: scope.credentials('invoke'),
      // The caller has a deadline and a fallback; a second try would only be late.
      maxAttempts: 1,
    });
    runtimes.set(scope.tenantId, made);
    return made;
  };

  return {
    mustServe: async (scope, endpointName) => {
      const sagemaker = new SageMakerClient({
        ...deps.address,
        credentials: scope.credentials('invoke'),
      });
      try {
        const { EndpointStatus: status } = await sagemaker.send(
          new DescribeEndpointCommand({ EndpointName: endpointName }),
        );
        if (status !== 'InService') {
          throw new BusinessError(
            'endpoint_not_in_service',
            `The endpoint is ${status}, not InService.`,
            {
              fields: [{ pointer: '/body/endpointName', message: `is ${status}` }],
            },
          );
        }
      } catch (error) {
        if (error instanceof Error && error.message.includes('Could not find')) {
          throw new BusinessError(
            'endpoint_not_found',
            'There is no endpoint of this name in the account of your workbench.',
            {
              fields: [{ pointer: '/body/endpointName', message: 'is no endpoint' }],
              cause: error,
            },
          );
        }
        throw error;
      } finally {
        sagemaker.destroy();
      }
    },

    predict: async (scope, endpointName, slot, instances, signal) => {
      try {
        const { Body: body } = await runtimeOf(scope).send(
          new InvokeEndpointCommand({
            EndpointName: endpointName,
            ContentType: 'application/json',
            Accept: 'application/json',
            Body: requestBody(slot, instances),
          }),
          { abortSignal: signal },
        );
        return readPredictions(body ?? new Uint8Array(), instances.length);
      } catch (error) {
        if (error instanceof ModelError) {
          const told = error.OriginalMessage ?? error.message;
          throw new ModelFailure(told.slice(0, MAX_MESSAGE), { cause: error });
        }
        throw error;
      }
    },
  };
};
