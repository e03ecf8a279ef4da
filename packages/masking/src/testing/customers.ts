import type { DatasetDefinition } from '../dataset.ts';
import type { DataPolicy, MaskingRule } from '../policy.ts';

/** A dataset with a column of every type and classification. */
export const customers: DatasetDefinition = {
  name: 'customers',
  title: 'Customers',
  description: 'People who buy',
  table: { schema: 'masking_test', name: 'customer' },
  columns: [
    {
      name: 'id',
      type: 'uuid',
      description: '',
      classification: 'identifier',
      pseudonymDomain: 'customer',
    },
    {
      name: 'email',
      type: 'text',
      description: '',
      classification: 'personal',
      form: 'email',
      pseudonymDomain: 'email',
    },
    { name: 'name', type: 'text', description: '', classification: 'personal' },
    { name: 'phone', type: 'text', description: '', classification: 'personal', form: 'phone' },
    { name: 'birth_date', type: 'date', description: '', classification: 'personal' },
    { name: 'seen_at', type: 'timestamptz', description: '', classification: 'plain' },
    { name: 'number', type: 'bigint', description: '', classification: 'plain' },
    { name: 'visits', type: 'integer', description: '', classification: 'plain' },
    {
      name: 'spent',
      type: 'numeric',
      precision: { digits: 18, scale: 2 },
      description: '',
      classification: 'plain',
    },
    { name: 'ratio', type: 'double precision', description: '', classification: 'plain' },
    { name: 'active', type: 'boolean', description: '', classification: 'plain' },
    { name: 'note', type: 'text', description: '', classification: 'free text' },
    { name: 'health', type: 'text', description: '', classification: 'sensitive' },
    { name: 'new_column', type: 'text', description: '', classification: null },
  ],
  time: { occurredAt: 'occurred_at', deletedAt: 'deleted_at' },
};

/** A policy that gives the role `scientist` the customers under the given rules, everything else as is. */
export function policyWith(
  columns: Record<string, MaskingRule>,
  rows?: DataPolicy['roles'][string]['datasets'][string]['rows'],
): DataPolicy {
  const asIs = { rule: 'asIs' } as const;
  return {
    version: 1,
    roles: {
      scientist: {
        datasets: {
          customers: {
            byClassification: {
              identifier: asIs,
              personal: asIs,
              sensitive: asIs,
              'free text': asIs,
              plain: asIs,
            },
            columns,
            ...(rows === undefined ? {} : { rows }),
          },
        },
      },
    },
  };
}
