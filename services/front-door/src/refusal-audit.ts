import { type AuditFact, appendAudit, type Database, PLATFORM_TENANT } from '@atelier/service-kit';

export interface Refusal {
  /** Null: the provider's own chain. */
  readonly tenantId: string | null;
  readonly fact: AuditFact;
}

/** Who makes more refusals than can be written down has them counted instead. */
const MAX_WAITING = 1_000;
const GATHER_MS = 200;

const sameKind = ({ tenantId, fact }: Refusal): string =>
  JSON.stringify([tenantId, fact.actor, fact.operation, fact.resource, fact.detail]);

/**
 * Writes refusals into the audit behind the answers, so that refusing stays cheap. Alike ones within a moment become one
 * entry that says how many they were.
 */
export const createRefusalAudit = (deps: {
  database: Database;
  onError: (error: unknown) => void;
}) => {
  let waiting = new Map<string, { refusal: Refusal; times: number }>();
  let overflow = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async (refusal: Refusal, times: number): Promise<void> => {
    const tenantId = refusal.tenantId ?? PLATFORM_TENANT;
    const { fact } = refusal;
    const detail = times === 1 ? fact.detail : `${fact.detail ?? ''} (${times} times)`.trim();
    await deps.database.transaction(tenantId, (transaction) =>
      appendAudit(transaction, tenantId, { ...fact, detail }),
    );
  };

  const flush = async (): Promise<void> => {
    timer = undefined;
    const batch = waiting;
    const lost = overflow;
    waiting = new Map();
    overflow = 0;
    for (const { refusal, times } of batch.values()) {
      await write(refusal, times).catch(deps.onError);
    }
    if (lost > 0) deps.onError(new Error(`${lost} refusals were not written one by one`));
  };

  return {
    record: (refusal: Refusal): void => {
      const kind = sameKind(refusal);
      const known = waiting.get(kind);
      if (known !== undefined) known.times += 1;
      else if (waiting.size < MAX_WAITING) waiting.set(kind, { refusal, times: 1 });
      else overflow += 1;
      timer ??= setTimeout(() => {
        writing = writing.then(flush);
      }, GATHER_MS);
    },
    close: async (): Promise<void> => {
      clearTimeout(timer);
      await writing;
      await flush();
    },
  };
};
export type RefusalAudit = ReturnType<typeof createRefusalAudit>;
