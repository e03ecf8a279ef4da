import { randomUUID } from 'node:crypto';
import { type Database, transaction } from '../../database.ts';
import { AwsError } from '../../wire/errors.ts';

/** Account Factory's parameters, as Control Tower names them. */
export interface AccountParameters {
  readonly accountName: string;
  readonly accountEmail: string;
  readonly organizationalUnitId: string;
}

export type RecordStatus = 'CREATED' | 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED';
export type RecordStep = 'account' | 'baseline' | 'event' | 'unmanage' | 'done';

export interface FactoryRecord {
  readonly id: string;
  readonly kind: 'PROVISION_PRODUCT' | 'TERMINATE_PROVISIONED_PRODUCT';
  readonly productId: string;
  readonly productName: string;
  readonly parameters: AccountParameters | null;
  readonly status: RecordStatus;
  readonly step: RecordStep;
  readonly accountId: string | null;
  readonly adopted: boolean;
  readonly error: { readonly code: string; readonly description: string } | null;
  readonly eventId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface ProvisionedProduct {
  readonly id: string;
  readonly name: string;
  readonly accountId: string | null;
  readonly status: 'UNDER_CHANGE' | 'AVAILABLE' | 'ERROR' | 'TERMINATED';
  readonly createdAt: Date;
  readonly lastRecordId: string;
}

export interface RecordChange {
  readonly status?: RecordStatus;
  readonly step?: RecordStep;
  readonly accountId?: string;
  readonly adopted?: boolean;
  readonly error?: { readonly code: string; readonly description: string };
  readonly productStatus?: ProvisionedProduct['status'];
}

export interface RecordStore {
  /** A token seen before gives its record. Throws `DuplicateResourceException` when the name is taken. */
  provision(request: {
    readonly token: string;
    readonly name: string;
    readonly parameters: AccountParameters;
  }): Promise<FactoryRecord>;
  terminate(request: {
    readonly token: string;
    readonly productId: string;
  }): Promise<FactoryRecord>;
  find(recordId: string): Promise<FactoryRecord | null>;
  /** With steps left to do, oldest first. */
  open(): Promise<readonly FactoryRecord[]>;
  change(recordId: string, change: RecordChange): Promise<FactoryRecord>;
  findProduct(
    by: { readonly id: string } | { readonly name: string },
  ): Promise<ProvisionedProduct | null>;
  /** The product that holds the account, unless it was terminated or failed. */
  productOfAccount(accountId: string): Promise<ProvisionedProduct | null>;
}

interface Row {
  id: string;
  kind: FactoryRecord['kind'];
  product_id: string;
  product_name: string;
  parameters: AccountParameters | null;
  status: RecordStatus;
  step: RecordStep;
  account_id: string | null;
  adopted: boolean;
  error: FactoryRecord['error'];
  event_id: string;
  created_at: Date;
  updated_at: Date;
}

const toRecord = (row: Row): FactoryRecord => ({
  id: row.id,
  kind: row.kind,
  productId: row.product_id,
  productName: row.product_name,
  parameters: row.parameters,
  status: row.status,
  step: row.step,
  accountId: row.account_id,
  adopted: row.adopted,
  error: row.error,
  eventId: row.event_id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

const selectRecords = `
  select r.*, p.name as product_name
  from service_catalog_records r join provisioned_products p on p.id = r.product_id`;

const selectProducts = `
  select p.id, p.name, p.account_id as "accountId", p.status, p.created_at as "createdAt",
    (select r.id from service_catalog_records r where r.product_id = p.id
     order by r.created_at desc limit 1) as "lastRecordId"
  from provisioned_products p`;

/** Service Catalog's ids: a prefix and 13 characters. */
const newId = (prefix: string): string =>
  `${prefix}-${randomUUID().replaceAll('-', '').slice(0, 13)}`;

export function createRecordStore({ database }: { readonly database: Database }): RecordStore {
  async function find(recordId: string): Promise<FactoryRecord | null> {
    const { rows } = await database.query<Row>(`${selectRecords} where r.id = $1`, [recordId]);
    return rows[0] ? toRecord(rows[0]) : null;
  }

  async function byToken(kind: string, token: string): Promise<FactoryRecord | null> {
    const { rows } = await database.query<Row>(
      `${selectRecords} where r.kind = $1 and r.token = $2`,
      [kind, token],
    );
    return rows[0] ? toRecord(rows[0]) : null;
  }

  async function mustFind(recordId: string): Promise<FactoryRecord> {
    const record = await find(recordId);
    if (!record) throw new Error(`the record ${recordId} is gone`);
    return record;
  }

  return {
    find,

    async provision({ token, name, parameters }) {
      const known = await byToken('PROVISION_PRODUCT', token);
      if (known) return known;
      const [recordId, productId] = [newId('rec'), newId('pp')];
      const made = await transaction(database, async (client) => {
        const { rowCount } = await client.query(
          `insert into provisioned_products (id, name, status) values ($1, $2, 'UNDER_CHANGE')
           on conflict (name) do nothing`,
          [productId, name],
        );
        if (rowCount === 0) return false;
        await client.query(
          `insert into service_catalog_records (id, kind, token, product_id, parameters, status, step, event_id)
           values ($1, 'PROVISION_PRODUCT', $2, $3, $4, 'CREATED', 'account', $5)`,
          [recordId, token, productId, JSON.stringify(parameters), randomUUID()],
        );
        return true;
      });
      if (made) return mustFind(recordId);
      // The same call may have come twice at once.
      const twin = await byToken('PROVISION_PRODUCT', token);
      if (twin) return twin;
      throw new AwsError(
        'DuplicateResourceException',
        `A provisioned product named ${name} already exists.`,
      );
    },

    async terminate({ token, productId }) {
      const recordId = newId('rec');
      await database.query(
        `insert into service_catalog_records (id, kind, token, product_id, parameters, status, step, event_id)
         values ($1, 'TERMINATE_PROVISIONED_PRODUCT', $2, $3, 'null', 'CREATED', 'unmanage', $4)
         on conflict (kind, token) do nothing`,
        [recordId, token, productId, randomUUID()],
      );
      const record = await byToken('TERMINATE_PROVISIONED_PRODUCT', token);
      if (!record) throw new Error('the record was not written');
      return record;
    },

    async open() {
      const { rows } = await database.query<Row>(
        `${selectRecords} where r.step <> 'done' order by r.created_at`,
      );
      return rows.map(toRecord);
    },

    async change(recordId, change) {
      await transaction(database, async (client) => {
        await client.query(
          `update service_catalog_records set status = coalesce($2, status), step = coalesce($3, step),
             account_id = coalesce($4, account_id), adopted = coalesce($5, adopted),
             error = coalesce($6, error), updated_at = now() where id = $1`,
          [
            recordId,
            change.status ?? null,
            change.step ?? null,
            change.accountId ?? null,
            change.adopted ?? null,
            change.error ? JSON.stringify(change.error) : null,
          ],
        );
        await client.query(
          `update provisioned_products p
           set account_id = coalesce($2, p.account_id), status = coalesce($3, p.status)
           from service_catalog_records r where r.id = $1 and p.id = r.product_id`,
          [recordId, change.accountId ?? null, change.productStatus ?? null],
        );
      });
      return mustFind(recordId);
    },

    async findProduct(by) {
      const { rows } = await database.query<ProvisionedProduct>(
        `${selectProducts} where ${'id' in by ? 'p.id' : 'p.name'} = $1`,
        ['id' in by ? by.id : by.name],
      );
      return rows[0] ?? null;
    },

    async productOfAccount(accountId) {
      const { rows } = await database.query<ProvisionedProduct>(
        `${selectProducts} where p.account_id = $1 and p.status in ('UNDER_CHANGE', 'AVAILABLE')`,
        [accountId],
      );
      return rows[0] ?? null;
    },
  };
}
