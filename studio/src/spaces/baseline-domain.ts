import type { BaselineDomain } from '@atelier/account-baseline';
import type { DomainStore } from './domain-store.ts';
import { newDomainId } from './names.ts';
import type { Settler } from './settle.ts';

/** Makes the domain that every new account gets, as CreateDomain would; finds it when it is there. */
export const createBaselineDomain =
  (deps: { readonly domains: DomainStore; readonly settler: Settler }) =>
  async (accountId: string, description: BaselineDomain): Promise<void> => {
    if ((await deps.domains.findByName(accountId, description.name)) === null) {
      await deps.domains.insert({
        id: newDomainId(),
        accountId,
        name: description.name,
        settings: {
          DomainName: description.name,
          AuthMode: description.authMode,
          AppNetworkAccessType: description.networkAccess,
          DomainSettings: { ExecutionRoleIdentityConfig: description.executionRoleIdentity },
          DefaultUserSettings: {
            JupyterLabAppSettings: {
              AppLifecycleManagement: {
                IdleSettings: {
                  LifecycleManagement: 'ENABLED',
                  IdleTimeoutInMinutes: description.idleTimeoutMinutes,
                },
              },
            },
          },
        },
      });
    }
    const domain = await deps.domains.findByName(accountId, description.name);
    if (domain === null) throw new Error(`the domain of account ${accountId} vanished`);
    await deps.settler.domain(accountId, domain.id);
  };
