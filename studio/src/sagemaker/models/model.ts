import { z } from 'zod';
import { environment, resourceName, roleArn, s3Uri, tagList } from '../validation.ts';

const container = z.object({
  ContainerHostname: z.string().max(63).optional(),
  Image: z.string().max(255).optional(),
  Mode: z.enum(['SingleModel', 'MultiModel']).optional(),
  ModelDataUrl: s3Uri.optional(),
  ModelPackageName: z.string().optional(),
  Environment: environment.optional(),
});

export const modelRequest = z.object({
  ModelName: resourceName,
  PrimaryContainer: container.optional(),
  Containers: z.array(container).max(15).optional(),
  ExecutionRoleArn: roleArn.optional(),
  EnableNetworkIsolation: z.boolean().optional(),
  Tags: tagList.optional(),
});

export type ModelRequest = z.output<typeof modelRequest>;

/** What an endpoint needs of a model; kept with the endpoint, so that a deleted model serves on. */
export interface ServedModel {
  readonly roleArn: string;
  readonly image: string;
  readonly modelDataUrl: string | null;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ModelDocument {
  readonly request: Omit<ModelRequest, 'Tags'>;
  readonly served: ServedModel;
}
