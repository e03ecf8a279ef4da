import {
  databaseNames,
  type Inside,
  openInside,
  serviceSchemas,
} from '@atelier/single-machine/inside';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { everyFault, type Finding, type Lint, lintCatalogue } from './catalogue.ts';

/** Functions that must be more than their caller: what they do is fixed, and no tenant's row comes out of them. */
const SECURITY_DEFINERS = [
  'data_management.make_extraction_login',
  'data_management.drop_extraction_login',
  // ANALYZE is the owner's alone; it takes nothing and answers nothing.
  'customer_management.refresh_statistics',
];

let inside: Inside;
let superuser: pg.Client;

beforeAll(async () => {
  inside = await openInside(openStack().instance);
  superuser = new pg.Client({ connectionString: inside.superuserUrl(databaseNames.atelier) });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await inside.close();
});

const everyTable = async (): Promise<number> => {
  const { rows } = await superuser.query<{ count: string }>(
    `select count(*) from pg_class where relnamespace = any ($1::regnamespace[]) and relkind = 'r'`,
    [serviceSchemas],
  );
  return Number(rows[0]?.count);
};

const everyLint = async (): Promise<Lint> => {
  const { rows } = await superuser.query<{ name: string }>(
    `select rolname as name from pg_roles where rolname like 'extract\\_%'`,
  );
  return {
    schemas: serviceSchemas,
    runtimeRoles: [
      ...serviceSchemas.flatMap((schema) => [`${schema}_app`, `${schema}_operator`]),
      ...rows.map(({ name }) => name).filter((name) => name !== 'extraction_reader'),
    ],
    securityDefiners: SECURITY_DEFINERS,
  };
};

test('nothing in the services’ schemas lets one tenant’s rows out to another', async () => {
  expect(await everyTable()).toBeGreaterThan(40);
  expect(await lintCatalogue(superuser, await everyLint())).toEqual([]);
});

/** One violation for each fault, in a schema that never comes to be. */
const VIOLATIONS = `
  create role lint_app login;
  create role lint_operator login;
  create role lint_powerful login createrole createdb bypassrls;
  create role stranger_app login;
  grant pg_read_all_data to lint_powerful;
  create schema lint;
  grant usage on schema lint to public;

  create table lint.unmarked (id uuid primary key);
  create table lint.open (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id));
  create table lint.unforced (tenant_id uuid primary key);
  alter table lint.unforced enable row level security;
  create table lint.nullable (tenant_id uuid, id uuid);
  create table lint.keys (tenant_id uuid not null, id uuid primary key, email text unique);
  create table lint.child (tenant_id uuid not null, id uuid, parent uuid references lint.keys, primary key (tenant_id, id));
  create table lint.everybody (tenant_id uuid primary key);
  alter table lint.everybody enable row level security;
  alter table lint.everybody force row level security;
  create policy all_rows on lint.everybody using (true);
  create table lint.extractable (tenant_id uuid primary key);
  alter table lint.extractable enable row level security;
  alter table lint.extractable force row level security;
  create policy extraction_rows on lint.extractable for select to extraction_reader using (true);
  grant truncate on lint.everybody to lint_app;
  grant select on lint.everybody to stranger_app;
  create table lint.kit_migrations (id int);
  grant select on lint.kit_migrations to lint_app;
  create table lint.owned (tenant_id uuid primary key);
  alter table lint.owned owner to lint_app;

  create view lint.owners_view as select * from lint.everybody;
  create materialized view lint.snapshot as select * from lint.everybody;
  create foreign data wrapper lint_wrapper;
  create server lint_server foreign data wrapper lint_wrapper;
  create foreign table lint.remote (tenant_id uuid) server lint_server;
  create function lint.all_rows() returns bigint language sql security definer
    as 'select count(*) from lint.everybody';
`;

test('the lint finds each violation when it is planted', async () => {
  let findings: Finding[] = [];
  await superuser.query('begin');
  try {
    await superuser.query(VIOLATIONS);
    findings = await lintCatalogue(superuser, {
      schemas: ['lint'],
      runtimeRoles: ['lint_app', 'lint_operator', 'lint_powerful', 'stranger_app', 'lint_absent'],
      // Named as allowed by one name too many would hide the planted one.
      securityDefiners: SECURITY_DEFINERS,
    });
  } finally {
    await superuser.query('rollback');
  }
  const found = new Set(findings.map(({ fault }) => fault));
  expect(everyFault.filter((fault) => !found.has(fault))).toEqual([]);
  const { rows } = await superuser.query(`select from pg_namespace where nspname = 'lint'`);
  expect(rows).toHaveLength(0);
});

test('a table made as services make theirs is found clean', async () => {
  await superuser.query('begin');
  try {
    await superuser.query(`
      set local role customer_management_owner;
      set local search_path = customer_management;
      create table clean (tenant_id uuid not null, id uuid not null, customer_id uuid not null,
        primary key (tenant_id, id), foreign key (tenant_id, customer_id) references customers);
      select make_tenant_table('clean', 'select, insert');
      create view clean_view with (security_invoker = true) as select * from clean;
      grant select on clean_view to customer_management_app;
      create table known (id uuid primary key);
      select make_platform_table('known', 'select');
      reset role;
    `);
    expect(await lintCatalogue(superuser, await everyLint())).toEqual([]);
  } finally {
    await superuser.query('rollback');
  }
});
