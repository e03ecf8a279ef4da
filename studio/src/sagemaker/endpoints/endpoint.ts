import { z } from 'zod';
import type { ProductionVariant } from '../endpoint-configs/endpoint-config.ts';
import { variantName } from '../endpoint-configs/endpoint-config.ts';
import type { ServedModel } from '../models/model.ts';
import { resourceName, tagList } from '../validation.ts';

export const createEndpointRequest = z.object({
  EndpointName: resourceName,
  EndpointConfigName: resourceName,
  Tags: tagList.optional(),
});

export const updateEndpointRequest = z.object({
  EndpointName: resourceName,
  EndpointConfigName: resourceName,
  RetainAllVariantProperties: z.boolean().optional(),
});

export const weightsRequest = z.object({
  EndpointName: resourceName,
  DesiredWeightsAndCapacities: z
    .array(
      z.object({
        VariantName: variantName,
        DesiredWeight: z.number().min(0).optional(),
        DesiredInstanceCount: z.number().int().min(0).max(1).optional(),
      }),
    )
    .min(1),
});

/** One variant as it is deployed: all it needs, whatever becomes of its model and configuration. */
export interface DeployedVariant {
  readonly name: string;
  readonly model: ServedModel;
  readonly instanceType: string;
  readonly weight: number;
  readonly diskBytes: number;
  readonly startupSeconds: number;
  readonly logStream: string;
}

export interface Deployment {
  /** Grows with every deployment of the endpoint; part of container names. */
  readonly generation: number;
  readonly configName: string;
  readonly variants: readonly DeployedVariant[];
}

export interface EndpointDocument {
  /** What answers now. */
  readonly serving: Deployment | null;
  /** What is being started. */
  readonly pending: Deployment | null;
  readonly failureReason?: string;
}

export const endpointLogGroup = (name: string): string => `/aws/sagemaker/Endpoints/${name}`;

const GIB = 1024 ** 3;
const DISK_GIB = 10;
/** Amazon gives a container this long to answer its first ping. */
const STARTUP_SECONDS = 240;

export const deployedVariant = (
  variant: ProductionVariant,
  model: ServedModel,
  instanceId: string,
): DeployedVariant => ({
  name: variant.VariantName,
  model,
  instanceType: variant.InstanceType ?? 'ml.t2.medium',
  weight: variant.InitialVariantWeight ?? 1,
  diskBytes: (variant.VolumeSizeInGB ?? DISK_GIB) * GIB,
  startupSeconds: variant.ContainerStartupHealthCheckTimeoutInSeconds ?? STARTUP_SECONDS,
  logStream: `${variant.VariantName}/${instanceId}`,
});
