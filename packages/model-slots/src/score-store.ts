import type { Score } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';
import type { Fit } from './slot.ts';

export interface NewScore {
  readonly subjectId: string;
  readonly probability: number;
  readonly reasons: readonly string[];
}

export interface ScoreOrigin {
  readonly source: 'model' | 'built-in';
  readonly model: string;
  readonly version: number | null;
  readonly asOf: string;
  /** A UUIDv7: the later run wins, whichever writes last. */
  readonly runId: string;
}

interface Row {
  readonly [column: string]: unknown;
  readonly source: 'model' | 'built-in';
  readonly computed_at: Date;
}

/** Replaces the subjects' scores of this source, but those of a later run. */
export const putScores = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
  origin: ScoreOrigin,
  scores: readonly NewScore[],
): Promise<void> => {
  await transaction.query(
    `insert into scores (tenant_id, slot, subject_id, source, probability, reasons, model, version, as_of, run_id)
     select $1, $2, s.subject_id, $3, s.probability,
            array(select jsonb_array_elements_text(s.reasons)), $4, $5, $6, $8
       from jsonb_to_recordset($7) as s (subject_id uuid, probability float8, reasons jsonb)
     on conflict (tenant_id, slot, subject_id, source) do update
       set probability = excluded.probability, reasons = excluded.reasons, model = excluded.model,
           version = excluded.version, as_of = excluded.as_of, run_id = excluded.run_id,
           computed_at = now()
       where scores.run_id <= excluded.run_id`,
    [
      tenantId,
      slot,
      origin.source,
      origin.model,
      origin.version,
      origin.asOf,
      JSON.stringify(
        scores.map(({ subjectId, probability, reasons }) => ({
          subject_id: subjectId,
          probability,
          reasons,
        })),
      ),
      origin.runId,
    ],
  );
};

/** The subject's last stored model score of the version, or else the built-in's; null without either. */
export const findStoredScore = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
  subjectId: string,
  version: number | null,
): Promise<Score | null> => {
  const { rows } = await transaction.query<Row>(
    `select source, probability, reasons, model, version, as_of::text as "asOf", computed_at
       from scores
      where tenant_id = $1 and slot = $2 and subject_id = $3
        and (source = 'built-in' or version = $4)
      order by source = 'model' desc limit 1`,
    [tenantId, slot, subjectId, version],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { source, computed_at, ...score } = row;
  return {
    ...(score as unknown as Omit<Score, 'source' | 'computedAt' | 'fallback'>),
    source: source === 'model' ? 'stored' : 'built-in',
    computedAt: computed_at.toISOString(),
    fallback: null,
  };
};

export const putFit = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
  asOf: string,
  fit: Fit | null,
): Promise<void> => {
  await transaction.query(
    `insert into built_in_fits (tenant_id, slot, as_of, fit) values ($1, $2, $3, $4)
     on conflict (tenant_id, slot) do update
       set as_of = excluded.as_of, fit = excluded.fit, fitted_at = now()`,
    [tenantId, slot, asOf, fit === null ? null : JSON.stringify(fit)],
  );
};

/** Undefined when nothing was fitted for this date yet. */
export const findFit = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
  asOf: string,
): Promise<Fit | null | undefined> => {
  const { rows } = await transaction.query<{ fit: Fit | null }>(
    'select fit from built_in_fits where tenant_id = $1 and slot = $2 and as_of = $3',
    [tenantId, slot, asOf],
  );
  return rows[0]?.fit;
};

/** Removes every score, fit and report of the tenant. */
export const deleteScores = async (transaction: Transaction, tenantId: string): Promise<void> => {
  for (const table of ['scores', 'built_in_fits', 'checks']) {
    await transaction.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  }
};
