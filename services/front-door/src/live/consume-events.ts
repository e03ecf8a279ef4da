import type { CloudEvent, EventBus, Subscription } from '@atelier/cloud/ports';
import { changeEvent, EVENT_SOURCE, sessionsRevoked } from '@atelier/contracts';
import type { Pool } from 'pg';
import type { SessionStore } from '../sign-in/session-store.ts';
import type { ChangeStore } from './change-store.ts';
import { sendSignal } from './signals.ts';

/** Instances share the events between them and tell each other by signals. */
const CONSUMER = 'front-door';

const DETAIL_TYPES = [
  ...changeEvent.options.map(({ shape }) => shape.type.value),
  sessionsRevoked.shape.type.value,
];

/** Takes from the bus what concerns browsers: changes to show, and people who are out. */
export const consumeEvents = (deps: {
  eventBus: EventBus;
  pool: Pool;
  sessions: SessionStore;
  changes: ChangeStore;
  onUnreadable: (event: CloudEvent) => void;
}): Promise<Subscription> => {
  const revoke = async (detail: unknown): Promise<void> => {
    const { tenantId, userId, reason } = sessionsRevoked.parse(detail);
    await deps.sessions.endAllOf(tenantId, userId);
    await sendSignal(deps.pool, { kind: 'revoked', tenantId, userId });
    if (reason === 'deleted' && userId === null) await deps.changes.deleteStream(tenantId);
  };

  return deps.eventBus.subscribe(
    CONSUMER,
    { source: [EVENT_SOURCE], 'detail-type': DETAIL_TYPES },
    async (event) => {
      if (event['detail-type'] === sessionsRevoked.shape.type.value) return revoke(event.detail);
      const change = changeEvent.safeParse(event.detail);
      if (!change.success) {
        // Coming again would not make it readable.
        deps.onUnreadable(event);
        return;
      }
      const { type, tenantId, id } = change.data;
      if (type === 'TenantChanged') {
        await sendSignal(deps.pool, { kind: 'forget', tenantId, userId: null });
      }
      if (type === 'UserChanged') {
        await sendSignal(deps.pool, { kind: 'forget', tenantId, userId: id });
      }
      await deps.changes.record(event.id, change.data);
    },
  );
};
