import type { Binding } from '@atelier/contracts';
import type { Peers, TenantScope } from '@atelier/service-kit';

/** A change made by another process is seen this much later at the latest. */
const KEPT_MS = 2000;

export interface ActiveBindings {
  /** The active binding of a slot; null when the built-in is in use. */
  get(scope: TenantScope, slot: string): Promise<Binding | null>;
  forget(tenantId: string, slot: string): void;
}

/** Bindings are tenant-management's; asking it for every score would cost more than the score. */
export const createActiveBindings = (deps: { peers: Peers }): ActiveBindings => {
  const kept = new Map<string, { binding: Promise<Binding | null>; until: number }>();
  const keyOf = (tenantId: string, slot: string) => `${tenantId}/${slot}`;
  return {
    get: (scope, slot) => {
      const key = keyOf(scope.tenantId, slot);
      const known = kept.get(key);
      if (known !== undefined && known.until > performance.now()) return known.binding;
      const binding = deps
        .peers('tenant-management', { tenantId: scope.tenantId, requestId: scope.requestId })
        .listBindings({ query: { slot } })
        .then(({ items }) => items.find(({ state }) => state === 'active') ?? null);
      kept.set(key, { binding, until: performance.now() + KEPT_MS });
      binding.catch(() => kept.delete(key));
      return binding;
    },
    forget: (tenantId, slot) => {
      kept.delete(keyOf(tenantId, slot));
    },
  };
};
