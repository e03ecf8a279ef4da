import { z } from 'zod';
import { resourceName, tagList } from '../validation.ts';

export const variantName = z
  .string()
  .max(63)
  .regex(/^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/u);

const variant = z.object({
  VariantName: variantName,
  ModelName: resourceName,
  InitialInstanceCount: z.number().int().min(1).optional(),
  InstanceType: z.string().optional(),
  InitialVariantWeight: z.number().min(0).optional(),
  VolumeSizeInGB: z.number().int().min(1).max(512).optional(),
  ContainerStartupHealthCheckTimeoutInSeconds: z.number().int().min(60).max(3600).optional(),
  ModelDataDownloadTimeoutInSeconds: z.number().int().min(60).max(3600).optional(),
  ServerlessConfig: z.object({}).optional(),
});

export const endpointConfigRequest = z.object({
  EndpointConfigName: resourceName,
  ProductionVariants: z.array(variant).min(1).max(10),
  ShadowProductionVariants: z.array(z.unknown()).max(10).optional(),
  AsyncInferenceConfig: z.object({}).optional(),
  DataCaptureConfig: z.object({ EnableCapture: z.boolean().optional() }).optional(),
  KmsKeyId: z.string().max(2048).optional(),
  Tags: tagList.optional(),
});

export type EndpointConfigRequest = z.output<typeof endpointConfigRequest>;
export type ProductionVariant = EndpointConfigRequest['ProductionVariants'][number];

export interface EndpointConfigDocument {
  readonly request: Omit<EndpointConfigRequest, 'Tags'>;
}
