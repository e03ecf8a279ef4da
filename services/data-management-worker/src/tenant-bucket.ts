import type { TenantCredentials } from '@atelier/service-kit';
import {
  DeleteObjectsCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import type { ExtractWorkflowDeps } from './extract-workflow.ts';

/** The extracts' part of tenants' buckets, under the role that may write there. */
export const createTenantBucket = (deps: {
  address: { region: string; endpoint?: string };
  tenantCredentials: TenantCredentials;
}): ExtractWorkflowDeps['bucket'] => {
  const withClient = async <T>(tenantId: string, use: (s3: S3Client) => Promise<T>): Promise<T> => {
    const s3 = new S3Client({
      ...deps.address,
      forcePathStyle: deps.address.endpoint !== undefined,
      credentials: deps.tenantCredentials(tenantId, 'extract'),
    });
    try {
      return await use(s3);
    } finally {
      s3.destroy();
    }
  };
  return {
    publish: (tenantId, bucket, key, body) =>
      withClient(tenantId, async (s3) => {
        try {
          await s3.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: key,
              Body: body,
              ContentType: 'application/json',
              IfNoneMatch: '*',
            }),
          );
        } catch (error) {
          // An earlier try published it before it could say so.
          if (!(error instanceof Error && error.name === 'PreconditionFailed')) throw error;
        }
      }),
    keepOnly: (tenantId, bucket, prefix, keys) =>
      withClient(tenantId, async (s3) => {
        for await (const page of paginateListObjectsV2(
          { client: s3 },
          { Bucket: bucket, Prefix: prefix },
        )) {
          const others = (page.Contents ?? []).flatMap(({ Key }) =>
            Key === undefined || keys.includes(Key) ? [] : [{ Key }],
          );
          if (others.length === 0) continue;
          await s3.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: others, Quiet: true } }),
          );
        }
      }),
  };
};
