import type { Duplex } from 'node:stream';
import type { Session } from './access-store.ts';

/** Open browser connections, so that revocation cuts them at once. */
export interface Connections {
  /** Remembers the connection until it closes; false when the session has too many. */
  track(session: Session, startId: string, connection: Duplex): boolean;
  /** Destroys every connection that matches. */
  sever(matches: (session: Session, startId: string) => boolean): void;
}

interface Entry {
  readonly session: Session;
  readonly startId: string;
}

export const createConnections = (perSession: number): Connections => {
  const open = new Map<Duplex, Entry>();
  const ofSession = (id: string): number =>
    [...open.values()].filter(({ session }) => session.id === id).length;
  return {
    track(session, startId, connection) {
      const known = open.has(connection);
      if (!known && ofSession(session.id) >= perSession) return false;
      open.set(connection, { session, startId });
      if (!known) connection.once('close', () => open.delete(connection));
      return true;
    },
    sever(matches) {
      for (const [connection, { session, startId }] of open) {
        if (matches(session, startId)) connection.destroy();
      }
    },
  };
};
