import { extractPrefix } from '@atelier/account-baseline';
import type { Extractor, ExtractRun } from '@atelier/cloud/ports';
import {
  EXTRACT_KIND,
  EXTRACT_STEPS,
  type ExtractMemo,
  type ExtractRequest,
  type TenantState,
} from '@atelier/contracts';
import { defineWorkflow, done, fail, type Step, type StepContext, wait } from '@atelier/reconciler';
import type { LagGuard } from './lag-guard.ts';
import { manifestOf } from './manifest.ts';

export interface ExtractWorkflowDeps {
  readonly extractor: Extractor;
  readonly lagGuard: Pick<LagGuard, 'lagSeconds'>;
  readonly tenantState: (tenantId: string) => Promise<TenantState>;
  readonly bucket: {
    /** Writes the object once; one that is there already stays. */
    publish(tenantId: string, bucket: string, key: string, body: string): Promise<void>;
    /** Removes what lies below the prefix, the keys named excepted. */
    keepOnly(
      tenantId: string,
      bucket: string,
      prefix: string,
      keys: readonly string[],
    ): Promise<void>;
  };
}

type Context = StepContext<ExtractRequest, ExtractMemo>;
type ExtractStep = Step<ExtractRequest, ExtractMemo, object>;

const POLL_MS = 500;
const WAIT_MS = 2000;
const MAX_LAG_SECONDS = 30;
/** A snapshot that the replica lost is taken anew, a few times. */
const MAX_ATTEMPTS = 4;

const expected = (name: (typeof EXTRACT_STEPS)[number]['name']) => {
  const step = EXTRACT_STEPS.find((one) => one.name === name);
  return { name, expectedMs: step?.expectedMs ?? 0 };
};

/**
 * One extract from the replica into the tenant's bucket: it waits while the replica is away or behind, starts over when its
 * snapshot is lost, and shows nothing to readers until the manifest is written.
 */
export const extractWorkflow = (deps: ExtractWorkflowDeps) => {
  const admission: ExtractStep = {
    ...expected('admission'),
    run: async (ctx) => {
      const state = await deps.tenantState(ctx.tenantId);
      if (state !== 'active') {
        return fail({
          cause: `The company is ${state}.`,
          remedy: 'Ask your provider.',
          retryable: false,
        });
      }
      const lag = await deps.lagGuard.lagSeconds().catch(() => null);
      if (lag === null) {
        return wait(WAIT_MS, {
          cause:
            'The replica cannot be reached; the extract waits, since the CRM’s own database is never read.',
        });
      }
      return lag > MAX_LAG_SECONDS
        ? wait(WAIT_MS, { cause: `The replica is ${Math.round(lag)} s behind; the extract waits.` })
        : done();
    },
  };

  const start = async (ctx: Context, attempt: number): Promise<string> => {
    const { request, tenantId, id } = ctx;
    const { runId } = await deps.extractor.start({
      requestId: id,
      attempt,
      datasets: request.datasets.map(({ name, sql, sqlHash, schema }) => ({
        name,
        sql,
        sqlHash,
        schema: schema.map(({ precision, ...column }) => ({
          ...column,
          ...(precision === undefined ? {} : { precision }),
        })),
      })),
      secretRef: request.secretRef,
      destination: {
        bucket: request.bucket,
        prefix: `extracts/${request.dataRole}/`,
        credentialsRef: { tenantId, purpose: 'extract' },
      },
    });
    return runId;
  };

  const extraction: ExtractStep = {
    ...expected('extraction'),
    maxAttempts: MAX_ATTEMPTS,
    run: async (ctx) => {
      const attempt = ctx.memo.attempt ?? 1;
      const runId = ctx.memo.runId ?? (await start(ctx, attempt));
      const run = await deps.extractor.describe(runId);
      const progress = { rows: run.rows, bytes: run.bytes };
      if (run.state === 'running') {
        const runningSince = ctx.memo.runningSince ?? new Date().toISOString();
        return wait(POLL_MS, { memo: { attempt, runId, runningSince, ...progress } });
      }
      if (run.state === 'succeeded') return done({ attempt, runId, ...progress });
      // The next attempt has files of its own; what this one wrote was never published.
      await ctx.save({ attempt: attempt + 1, runId: null, rows: 0, bytes: 0 });
      return fail({
        cause: run.failure?.cause ?? 'The extraction was stopped.',
        remedy: 'Retry takes a fresh snapshot.',
        retryable: run.failure?.retryable ?? true,
      });
    },
  };

  const publication: ExtractStep = {
    ...expected('publication'),
    run: async (ctx) => {
      const { request, tenantId, id } = ctx;
      const run = await deps.extractor.describe(ctx.memo.runId ?? '');
      if (run.state !== 'succeeded' || run.snapshot === null) {
        return fail({
          cause: 'The files of the extract are not known any more.',
          remedy: 'Ask for it again.',
          retryable: false,
        });
      }
      const manifests: Record<string, string> = {};
      for (const dataset of request.datasets) {
        const prefix = extractPrefix(request.dataRole, dataset.name, id);
        const key = `${prefix}manifest.json`;
        // An attempt that was lost may have left files: whoever reads the folder would find rows twice.
        const kept = [key, ...run.files.map((file) => file.key)];
        await deps.bucket.keepOnly(tenantId, request.bucket, prefix, kept);
        const manifest = manifestOf({
          requestId: id,
          request,
          dataset,
          files: run.files,
          snapshot: run.snapshot,
          publishedAt: new Date(),
        });
        await deps.bucket.publish(tenantId, request.bucket, key, JSON.stringify(manifest, null, 2));
        manifests[dataset.name] = `s3://${request.bucket}/${key}`;
      }
      return done({ manifests, rows: total(run), bytes: run.bytes });
    },
  };

  return defineWorkflow<ExtractRequest, ExtractMemo>({
    kind: EXTRACT_KIND,
    steps: [admission, extraction, publication],
    cancel: async (ctx) => {
      const { runId } = ctx.memo;
      if (runId === undefined) return done();
      if (runId !== null) await deps.extractor.cancel(runId);
      const { bucket, dataRole, datasets } = ctx.request;
      for (const { name } of datasets) {
        const prefix = extractPrefix(dataRole, name, ctx.id);
        await deps.bucket.keepOnly(ctx.tenantId, bucket, prefix, []);
      }
      return done();
    },
  });
};

const total = ({ files }: ExtractRun): number => files.reduce((rows, file) => rows + file.rows, 0);
