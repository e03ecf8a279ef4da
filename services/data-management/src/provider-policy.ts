import type { TenantRole } from '@atelier/contracts';
import type { DataPolicy, DatasetPolicy } from '@atelier/masking';

/** What identifies is replaced so that it still joins; what is personal is withheld unless a column says how to mask it. */
const forModelling: DatasetPolicy = {
  byClassification: {
    identifier: { rule: 'pseudonym' },
    plain: { rule: 'asIs' },
    personal: { rule: 'withhold', why: 'names and addresses are not needed for modelling' },
    sensitive: { rule: 'withhold', why: 'sensitive data does not leave the CRM' },
    'free text': { rule: 'withhold', why: 'free text may name people' },
  },
};

const customers: DatasetPolicy = {
  ...forModelling,
  columns: {
    email: { rule: 'partial', of: 'email', keepDomain: false },
    occurred_at: { rule: 'truncateDate', unit: 'month' },
  },
};

const modeller = { datasets: { customers, purchases: forModelling } };

/** The provider's bounds; a tenant's own policy can only be tighter. */
export const PROVIDER_POLICY: DataPolicy = {
  version: 1,
  roles: { data_scientist: modeller, tenant_admin: modeller },
};

/** The role under which somebody with several takes data: the one that is made for it. */
export const dataRoleOf = (roles: readonly string[]): TenantRole =>
  roles.includes('data_scientist') ? 'data_scientist' : 'tenant_admin';
