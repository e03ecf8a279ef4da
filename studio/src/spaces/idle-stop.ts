import type { Logger } from '../logger.ts';
import type { App, AppStore } from './app-store.ts';
import type { SpacesLimits } from './deps.ts';
import type { DomainStore } from './domain-store.ts';
import { askLab } from './lab-client.ts';
import type { RunningLab, RunningLabs } from './running-labs.ts';
import type { SpaceStore } from './space-store.ts';

/** What JupyterLab says about its kernels and terminals. */
export interface LabActivity {
  readonly kernels: readonly { readonly execution_state: string; readonly last_activity: string }[];
  readonly terminals: readonly { readonly last_activity: string }[];
}

/** When the space was last used: now while a kernel works, otherwise the last sign of life of kernels and terminals. */
export const lastUse = (activity: LabActivity, now: Date, startedAt: Date): Date => {
  if (activity.kernels.some(({ execution_state: state }) => state === 'busy')) return now;
  const times = [...activity.kernels, ...activity.terminals]
    .map(({ last_activity: at }) => Date.parse(at))
    // The user's side writes these: a time to come would keep the space for ever.
    .filter((at) => Number.isFinite(at) && at <= now.getTime());
  return new Date(Math.max(startedAt.getTime(), ...times));
};

export interface IdleStop {
  /** Looks at every running space once; stops the ones that were idle too long. */
  round(now: Date): Promise<void>;
}

export const createIdleStop = (deps: {
  readonly labs: RunningLabs;
  readonly apps: AppStore;
  readonly domains: DomainStore;
  readonly spaces: SpaceStore;
  readonly limits: SpacesLimits;
  readonly logger: Logger;
  /** Asks for the end of an app, as DeleteApp does. */
  readonly stopApp: (app: App, reason: string) => Promise<void>;
}): IdleStop => {
  const activityOf = async (lab: RunningLab): Promise<LabActivity> => {
    const kernels = await askLab(lab, '/api/kernels', { timeoutMs: 5000 });
    const terminals = await askLab(lab, '/api/terminals', { timeoutMs: 5000 });
    return { kernels: entries(kernels, isKernel), terminals: entries(terminals, isTerminal) };
  };

  const idleMinutesOf = async ({ accountId, domainId, spaceName }: App): Promise<number> => {
    const space = await deps.spaces.find(accountId, domainId, spaceName);
    const domain = await deps.domains.find(accountId, domainId);
    const chosen = [
      space?.settings.SpaceSettings?.JupyterLabAppSettings?.AppLifecycleManagement,
      domain?.settings.DefaultUserSettings?.JupyterLabAppSettings?.AppLifecycleManagement,
    ].map((management) => management?.IdleSettings?.IdleTimeoutInMinutes);
    return chosen[0] ?? chosen[1] ?? deps.limits.idleMinutes;
  };

  const look = async (lab: RunningLab, now: Date): Promise<void> => {
    const app = await deps.apps.byStart(lab.app.startId);
    if (app?.status !== 'InService') return;
    const used = lastUse(await activityOf(lab), now, app.inServiceAt ?? app.createdAt);
    await deps.apps.touch(app.startId, used);
    const minutes = await idleMinutesOf(app);
    if (now.getTime() - used.getTime() > minutes * 60_000) {
      await deps.stopApp(app, `Idle for ${minutes} minutes.`);
    }
  };

  return {
    async round(now) {
      for (const lab of deps.labs.all()) {
        await look(lab, now).catch((error: unknown) =>
          deps.logger.warn('the activity of a space is not known', {
            startId: lab.app.startId,
            error,
          }),
        );
      }
    },
  };
};

const entries = <Entry>(value: unknown, is: (entry: unknown) => entry is Entry): Entry[] =>
  Array.isArray(value) ? value.filter(is) : [];

const isTerminal = (value: unknown): value is LabActivity['terminals'][number] =>
  typeof value === 'object' &&
  value !== null &&
  'last_activity' in value &&
  typeof value.last_activity === 'string';

const isKernel = (value: unknown): value is LabActivity['kernels'][number] =>
  isTerminal(value) && 'execution_state' in value && typeof value.execution_state === 'string';
