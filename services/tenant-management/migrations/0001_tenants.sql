-- Up Migration

create table tenants (
  tenant_id uuid primary key,
  name text not null,
  slug text not null,
  state text not null check (state in ('pending', 'active', 'suspended', 'offboarding', 'deleted')),
  plan text not null,
  region text not null,
  isolation_strategy text not null,
  workbench_variant text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
select make_tenant_table('tenants', 'select, insert, update', 'select, update');

-- Whose account a number is: asked before the tenant is known. One account per tenant, one tenant per account.
create table accounts (
  account_id text primary key check (account_id ~ '^\d{12}$'),
  tenant_id uuid not null unique
);
select make_platform_table('accounts', 'select, insert, delete');
