import type { Database } from '../database.ts';
import { AwsError, validationError } from '../wire/errors.ts';

/** Ways in which AWS's account factory fails, each as a switch. */
export const faultNames = [
  /** A call to the account services is answered `ThrottlingException`. */
  'throttle',
  /** A record fails since another account operation is in progress. */
  'operation-in-progress',
  /** A record fails after the account was made. */
  'account-fails',
  /** The account is made, its baseline's stack instance is INOPERABLE. */
  'baseline-inoperable',
  /** A step of account creation takes 5 s longer. */
  'slow',
  /** The lifecycle event never comes. */
  'lost-event',
  /** The lifecycle event comes twice. */
  'doubled-event',
] as const;
export type FaultName = (typeof faultNames)[number];

export interface Faults {
  /** True, and one less to come, when the switch is on. */
  strikes(name: FaultName): Promise<boolean>;
  /** How often each is to strike from now on; what is not named is off. */
  set(counts: Readonly<Record<string, unknown>>): Promise<void>;
  get(): Promise<Readonly<Record<string, number>>>;
}

export function createFaults({ database }: { readonly database: Database }): Faults {
  return {
    async strikes(name) {
      const { rowCount } = await database.query(
        `with spent as (delete from faults where name = $1 and remaining = 1 returning 1),
              used as (update faults set remaining = remaining - 1
                       where name = $1 and remaining > 1 returning 1)
         select 1 from spent union all select 1 from used`,
        [name],
      );
      return (rowCount ?? 0) > 0;
    },

    async set(counts) {
      const entries = Object.entries(counts);
      for (const [name, count] of entries) {
        if (!(faultNames as readonly string[]).includes(name)) {
          throw validationError(`There is no fault ${name}: ${faultNames.join(', ')}.`);
        }
        if (!Number.isInteger(count) || Number(count) < 0 || Number(count) > 1_000_000) {
          throw validationError(`${name} must be how often it is to strike.`);
        }
      }
      const wanted = entries.filter(([, count]) => Number(count) > 0);
      await database.query(
        `with dropped as (delete from faults where name <> all($1::text[]))
         insert into faults (name, remaining) select * from unnest($1::text[], $2::integer[])
         on conflict (name) do update set remaining = excluded.remaining`,
        [wanted.map(([name]) => name), wanted.map(([, count]) => Number(count))],
      );
    },

    async get() {
      const { rows } = await database.query<{ name: string; remaining: number }>(
        'select name, remaining from faults order by name',
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.remaining]));
    },
  };
}

export const throttled = (): AwsError =>
  new AwsError('ThrottlingException', 'Rate exceeded', { status: 400 });
