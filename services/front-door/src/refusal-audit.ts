import { type AuditFact, appendAudit, type Database, PLATFORM_TENANT } from '@atelier/service-kit';

export interface Refusal {
  /** Null: the provider's own chain. */
  readonly tenantId: string | null;
  readonly fact: AuditFact;
}

/** So many wait one by one; of what comes beyond, alike ones are counted together, and kinds beyond that are only counted. */
const MAX_WAITING = 500;
const GATHER_MS = 50;

const kindOf = ({ tenantId, fact }: Refusal): string =>
  JSON.stringify([tenantId, fact.actor, fact.operation, fact.resource, fact.detail]);

/**
 * Writes refusals into the audit behind the answers, so that refusing stays cheap, and bounded, so that a flood of them
 * takes neither memory nor the database.
 */
export const createRefusalAudit = (deps: {
  database: Database;
  onError: (error: unknown) => void;
}) => {
  let waiting: Refusal[] = [];
  let counted = new Map<string, { refusal: Refusal; times: number }>();
  let lost = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = async ({ tenantId, fact }: Refusal): Promise<void> => {
    const chain = tenantId ?? PLATFORM_TENANT;
    await deps.database
      .transaction(chain, (transaction) => appendAudit(transaction, chain, fact))
      .catch(deps.onError);
  };

  const flush = async (): Promise<void> => {
    timer = undefined;
    const [singles, groups, uncounted] = [waiting, counted, lost];
    waiting = [];
    counted = new Map();
    lost = 0;
    for (const refusal of singles) await write(refusal);
    for (const { refusal, times } of groups.values()) {
      const detail = `${refusal.fact.detail ?? ''} (${times} times)`.trim();
      await write({ ...refusal, fact: { ...refusal.fact, detail } });
    }
    if (uncounted > 0) deps.onError(new Error(`${uncounted} refusals are not in the audit`));
  };

  const count = (refusal: Refusal): void => {
    const kind = kindOf(refusal);
    const known = counted.get(kind);
    if (known !== undefined) known.times += 1;
    else if (counted.size < MAX_WAITING) counted.set(kind, { refusal, times: 1 });
    else lost += 1;
  };

  return {
    record: (refusal: Refusal): void => {
      if (waiting.length < MAX_WAITING) waiting.push(refusal);
      else count(refusal);
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
