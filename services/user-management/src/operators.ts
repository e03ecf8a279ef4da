import type { PlatformScope, Transaction } from '@atelier/service-kit';
import { BusinessError } from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { claimPerson, holderOfIdentity } from './user-store.ts';

export interface Operator {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly active: boolean;
}

export const findOperator = async (
  transaction: Transaction,
  id: string,
): Promise<Operator | null> => {
  const { rows } = await transaction.query<Operator & { readonly [column: string]: unknown }>(
    'select id, email, name, active from operators where id = $1',
    [id],
  );
  return rows[0] ?? null;
};

/** Makes an operator, who belongs to no tenant, or finds him. For whoever sets the platform up; no operation offers it. */
export const ensureOperator = (
  platform: PlatformScope,
  person: { email: string; name: string; issuer: string; subject: string },
): Promise<Operator> =>
  platform.transaction(async (transaction) => {
    const holder = await holderOfIdentity(transaction, person);
    const known = holder === null ? null : await findOperator(transaction, holder.userId);
    if (known !== null) return known;
    const operator = { id: uuidv7(), email: person.email, name: person.name, active: true };
    if (!(await claimPerson(transaction, { tenantId: null, userId: operator.id }, person))) {
      throw new BusinessError(
        'already_exists',
        'A person with this address is on the platform already.',
      );
    }
    await transaction.query('insert into operators (id, email, name) values ($1, $2, $3)', [
      operator.id,
      operator.email,
      operator.name,
    ]);
    await transaction.audit({ operation: 'ensureOperator', resource: operator.id, detail: null });
    return operator;
  });
