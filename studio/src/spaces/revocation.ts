import type { AccessStore } from './access-store.ts';
import type { App, AppStore } from './app-store.ts';
import type { Connections } from './connections.ts';
import type { RunningLabs } from './running-labs.ts';
import type { Settler } from './settle.ts';

/** Ends access to notebooks: tickets, sessions and open connections at once, apps as fast as they stop. */
export interface Revocation {
  /** What DeleteApp does. */
  app(app: App): Promise<void>;
  /** Sessions and connections of one profile; his app runs on. */
  profile(accountId: string, domainId: string, profile: string): Promise<void>;
  /** Everything of an account, its apps included; resolves when they have stopped. */
  account(accountId: string): Promise<void>;
}

export const createRevocation = (deps: {
  readonly access: AccessStore;
  readonly apps: AppStore;
  readonly labs: RunningLabs;
  readonly connections: Connections;
  readonly forgetSessions: () => void;
  readonly settler: Pick<Settler, 'app'>;
}): Revocation => {
  const { access, apps, connections } = deps;

  /** The row is marked and connections are cut when this resolves; `stopped` resolves when the container is gone. */
  const endApp = async (app: App): Promise<{ stopped: Promise<void> }> => {
    await apps.move(app.startId, ['Pending', 'InService'], 'Deleting');
    // A failed one has nothing to stop.
    await apps.move(app.startId, ['Failed'], 'Deleted');
    deps.labs.remove(app.startId);
    connections.sever((_, startId) => startId === app.startId);
    return { stopped: deps.settler.app({ startId: app.startId, status: 'Deleting' }) };
  };

  return {
    async app(app) {
      await endApp(app);
      await access.revoke({
        accountId: app.accountId,
        domainId: app.domainId,
        spaceName: app.spaceName,
      });
      deps.forgetSessions();
    },
    async profile(accountId, domainId, profile) {
      await access.revoke({ accountId, domainId, profile });
      deps.forgetSessions();
      connections.sever(
        (session) =>
          session.accountId === accountId &&
          session.domainId === domainId &&
          session.profile.toLowerCase() === profile.toLowerCase(),
      );
    },
    async account(accountId) {
      await access.revoke({ accountId });
      deps.forgetSessions();
      connections.sever((session) => session.accountId === accountId);
      const ends = [];
      for (const app of await apps.list({ accountId })) ends.push(await endApp(app));
      await Promise.all(ends.map(({ stopped }) => stopped));
    },
  };
};
