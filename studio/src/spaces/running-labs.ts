import type { Container } from '../containers/engine.ts';
import type { App } from './app-store.ts';
import type { Lab } from './lab-client.ts';

export interface RunningLab extends Lab {
  readonly app: App;
  readonly container: Container;
}

/** The JupyterLabs that answer, by space: what the proxy looks up for every request. */
export interface RunningLabs {
  add(lab: RunningLab): void;
  remove(startId: string): void;
  byStart(startId: string): RunningLab | null;
  bySpace(accountId: string, domainId: string, spaceName: string): RunningLab | null;
  all(): readonly RunningLab[];
}

export const createRunningLabs = (): RunningLabs => {
  const labs = new Map<string, RunningLab>();
  return {
    add: (lab) => {
      labs.set(lab.app.startId, lab);
    },
    remove: (startId) => {
      labs.delete(startId);
    },
    byStart: (startId) => labs.get(startId) ?? null,
    bySpace: (accountId, domainId, spaceName) =>
      [...labs.values()].find(
        ({ app }) =>
          app.accountId === accountId && app.domainId === domainId && app.spaceName === spaceName,
      ) ?? null,
    all: () => [...labs.values()],
  };
};
