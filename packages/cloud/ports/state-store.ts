/** What identifies an item. `tenantId` is `-` for what belongs to no tenant. */
export interface StateKey {
  readonly tenantId: string;
  readonly kind: string;
  readonly id: string;
}

export interface StateItem<State = unknown> extends StateKey {
  readonly state: State;
  /** Grows by one with every write; the condition of `update`. */
  readonly version: number;
  /** When a reconciler should next look at the item; null when nothing is left to do. */
  readonly dueAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/**
 * Durable state of long work, over DynamoDB or PostgreSQL: single-item conditional writes, no transactions over several
 * items, items of at most 400 KB of JSON, and an index of due items that may lag behind.
 */
export interface StateStore {
  /** False, and nothing written, when the item exists. */
  create<State>(key: StateKey, state: State, dueAt: Date | null): Promise<boolean>;
  get<State>(key: StateKey): Promise<StateItem<State> | null>;
  /** False, and nothing written, when the item is not at `version` any more. */
  update<State>(key: StateKey, version: number, state: State, dueAt: Date | null): Promise<boolean>;
  /** Newest first. */
  listByTenant<State>(
    tenantId: string,
    kind: string,
    page: { limit: number; cursor?: string | null },
  ): Promise<Page<StateItem<State>>>;
  /** Items of a kind whose time has come, oldest due first, over all tenants. */
  due<State>(
    kind: string,
    before: Date,
    page: { limit: number; cursor?: string | null },
  ): Promise<Page<StateItem<State>>>;
  delete(key: StateKey): Promise<void>;
}

export const MAX_STATE_BYTES = 400 * 1024;
