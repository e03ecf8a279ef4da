import type { Logger } from '../logger.ts';
import { assumeServiceRole } from '../sagemaker/service-role.ts';
import { type AppRunner, homeBytesOf, homeVolume } from './app-runner.ts';
import type { App, AppStore } from './app-store.ts';
import type { HomeVolumes, SpacesDeps, SpacesLimits } from './deps.ts';
import type { Domain, DomainStore } from './domain-store.ts';
import type { Profile, ProfileStore } from './profile-store.ts';
import type { Space, SpaceStore } from './space-store.ts';

/**
 * Brings resources from the state an operation left them in to the one they are on the way to. Operations only write the
 * row and call this; promises resolve when the resource has arrived, and never reject. After a crash `everything` finds the rows that were left behind.
 */
export interface Settler {
  domain(accountId: string, domainId: string): Promise<void>;
  profile(accountId: string, domainId: string, name: string): Promise<void>;
  space(accountId: string, domainId: string, name: string): Promise<void>;
  /** `status`: what was asked for last, `Pending` or `Deleting`. */
  app(app: Pick<App, 'startId' | 'status'>): Promise<void>;
  everything(): Promise<void>;
  /** Resolves when nothing is being settled any more. */
  idle(): Promise<void>;
}

export const createSettler = (deps: {
  readonly domains: DomainStore;
  readonly profiles: ProfileStore;
  readonly spaces: SpaceStore;
  readonly apps: AppStore;
  readonly runner: AppRunner;
  readonly roles: SpacesDeps['roles'];
  readonly volumes: HomeVolumes;
  readonly uidOf: SpacesDeps['uidOf'];
  readonly limits: SpacesLimits;
  readonly logger: Logger;
}): Settler => {
  const { domains, profiles, spaces, apps, runner } = deps;
  const chains = new Map<string, Promise<void>>();

  /** One after another for each resource; a fault is logged, the row stays for the next round. */
  const chain = (key: string, work: () => Promise<void>): Promise<void> => {
    const next = (chains.get(key) ?? Promise.resolve())
      .then(work)
      .catch((error: unknown) => deps.logger.error('a resource was not settled', { key, error }))
      .finally(() => {
        if (chains.get(key) === next) chains.delete(key);
      });
    chains.set(key, next);
    return next;
  };

  /** Undefined when SageMaker may act as the role, otherwise why not. */
  const faultOfRole = async (
    accountId: string,
    roleArn: string | undefined,
  ): Promise<string | undefined> => {
    if (roleArn === undefined) return undefined;
    try {
      await assumeServiceRole(deps.roles, roleArn, accountId, 'SageMaker');
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  const settleDomain = async (domain: Domain | null): Promise<void> => {
    if (domain === null) return;
    if (domain.status === 'Deleting') await domains.remove(domain.id);
    if (domain.status !== 'Pending') return;
    const fault = await faultOfRole(
      domain.accountId,
      domain.settings.DefaultUserSettings?.ExecutionRole,
    );
    await domains.settle(domain.id, 'Pending', fault === undefined ? 'InService' : 'Failed', fault);
  };

  const settleProfile = async (profile: Profile | null): Promise<void> => {
    if (profile === null) return;
    if (profile.status === 'Deleting') await profiles.remove(profile);
    if (profile.status !== 'Pending' && profile.status !== 'Updating') return;
    const fault = await faultOfRole(
      profile.accountId,
      profile.settings.UserSettings?.ExecutionRole,
    );
    await profiles.settle(profile, fault === undefined ? 'InService' : 'Failed', fault);
  };

  const settleSpace = async (space: Space | null): Promise<void> => {
    if (space === null) return;
    try {
      if (space.status === 'Deleting') {
        await deps.volumes.remove(homeVolume(space));
        await spaces.remove(space);
      }
      if (space.status !== 'Pending') return;
      await deps.volumes.create({
        name: homeVolume(space),
        uid: await deps.uidOf(space.accountId),
        bytes: homeBytesOf(space, deps.limits),
      });
      await spaces.settle(space, 'InService');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      deps.logger.error('a home could not be made or removed', { space: space.name, error });
      await spaces.settle(space, space.status === 'Deleting' ? 'Delete_Failed' : 'Failed', reason);
    }
  };

  const settleApp = async (app: App | null): Promise<void> => {
    if (app?.status === 'Pending') await runner.start(app);
    if (app?.status === 'Deleting') await runner.stop(app);
  };

  const settler: Settler = {
    domain(accountId, id) {
      return chain(`domain ${id}`, async () => settleDomain(await domains.find(accountId, id)));
    },
    profile(accountId, domainId, name) {
      return chain(`profile ${domainId}/${name}`, async () =>
        settleProfile(await profiles.find(accountId, domainId, name)),
      );
    },
    space(accountId, domainId, name) {
      return chain(`space ${domainId}/${name}`, async () =>
        settleSpace(await spaces.find(accountId, domainId, name)),
      );
    },
    app({ startId, status }) {
      // An end does not wait for the start that it cuts short.
      return chain(`app ${startId} ${status}`, async () => settleApp(await apps.byStart(startId)));
    },
    async everything() {
      for (const one of await domains.unsettled()) void settler.domain(one.accountId, one.id);
      for (const one of await profiles.unsettled()) {
        void settler.profile(one.accountId, one.domainId, one.name);
      }
      for (const one of await spaces.unsettled()) {
        void settler.space(one.accountId, one.domainId, one.name);
      }
      for (const one of await apps.live()) if (one.status !== 'InService') void settler.app(one);
    },
    async idle() {
      while (chains.size > 0) await Promise.all(chains.values());
    },
  };
  return settler;
};
