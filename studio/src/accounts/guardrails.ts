import {
  describePlatformGuardrails,
  describeWorkbenchGuardrails,
  json,
} from '@atelier/account-baseline';
import type { Guardrails } from '../iam/authorizer.ts';
import type { AccountStore } from './account-store.ts';

/** The organisation's deny policies: on the tenants' unit and on the provider's. */
export function createGuardrails(deps: {
  readonly accounts: AccountStore;
  readonly providerAccountId: string;
}): Guardrails {
  const forTenants = [json(describeWorkbenchGuardrails())];
  const forProvider = [json(describePlatformGuardrails(deps.providerAccountId))];
  return {
    async forAccount(accountId) {
      const account = await deps.accounts.find(accountId);
      if (account?.kind === 'tenant') return forTenants;
      return account?.kind === 'provider' ? forProvider : [];
    },
  };
}
