import { type auditEntry, SERVICES } from '@atelier/contracts';
import type { Caller, SignedIn } from '@atelier/single-machine/people';
import type { z } from 'zod';

type Entry = z.infer<typeof auditEntry>;
type Chain = 'tenant' | 'platform';

const KEEPERS = [...SERVICES, 'front-door'];
/** The front-door writes what it refused a moment behind the answer. */
const SETTLES_MS = 500;

/** A refusal that has to be found, and in whose audit. */
interface Expected {
  readonly requestId: string;
  readonly chain: Chain;
  readonly what: string;
}

async function readChain(person: Caller, path: string, until: Set<string>): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${cursor}`;
    const response = await person.fetch(`${path}?limit=500${query}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    const page = (await response.json()) as { items: Entry[]; nextCursor: string | null };
    entries.push(...page.items);
    for (const { requestId } of page.items) until.delete(requestId);
    cursor = page.nextCursor;
  } while (cursor !== null && until.size > 0);
  return entries;
}

/** Remembers what was refused, and finds it in the audits: the tenant's own, or the provider's. */
export function createAuditTrail() {
  const expected: Expected[] = [];
  return {
    expect(requestId: string, chain: Chain, what: string): void {
      expected.push({ requestId, chain, what });
    },
    get size() {
      return expected.length;
    },
    /** What is in no audit where it belongs, in words. */
    async missing(readers: { tenant: SignedIn; platform: SignedIn }): Promise<string[]> {
      await new Promise((resolve) => setTimeout(resolve, SETTLES_MS));
      const found: Record<Chain, Set<string>> = { tenant: new Set(), platform: new Set() };
      for (const chain of ['tenant', 'platform'] as const) {
        const wanted = expected.filter((one) => one.chain === chain);
        const open = new Set(wanted.map(({ requestId }) => requestId));
        for (const keeper of KEEPERS) {
          const name = chain === 'tenant' ? 'audit' : 'platform-audit';
          const entries = await readChain(readers[chain], `/api/${keeper}/${name}`, open);
          for (const { requestId, outcome } of entries) {
            if (outcome === 'refused') found[chain].add(requestId);
          }
        }
      }
      return expected
        .filter(({ chain, requestId }) => !found[chain].has(requestId))
        .map(({ chain, what }) => `${what} is not in the ${chain}'s audit`);
    },
  };
}
