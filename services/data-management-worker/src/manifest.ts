import type { ExtractFile, ExtractSnapshot } from '@atelier/cloud/ports';
import type { ExtractRequest, Manifest } from '@atelier/contracts';

/** What publishes one dataset of an extract. */
export const manifestOf = (given: {
  requestId: string;
  request: ExtractRequest;
  dataset: ExtractRequest['datasets'][number];
  files: readonly ExtractFile[];
  snapshot: ExtractSnapshot;
  publishedAt: Date;
}): Manifest => {
  const { request, dataset } = given;
  const files = given.files
    .filter((file) => file.dataset === dataset.name)
    .map(({ key, bytes, rows, sha256 }) => ({ key, bytes, rows, sha256 }));
  return {
    version: 1,
    requestId: given.requestId,
    dataset: dataset.name,
    files,
    rows: files.reduce((total, { rows }) => total + rows, 0),
    schema: dataset.schema.map(({ name, type }) => ({ name, type })),
    masking: dataset.masking,
    keyVersion: request.keyVersion,
    policyVersion: request.policyVersion,
    sqlHash: dataset.sqlHash,
    snapshot: given.snapshot,
    requester: request.requestedBy,
    purpose: request.purpose,
    publishedAt: given.publishedAt.toISOString(),
  };
};
