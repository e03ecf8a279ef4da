-- Up Migration
create table accounts (
  account_id text primary key check (account_id ~ '^[0-9]{12}$'),
  name text not null,
  -- Unique over the organisation, as at AWS, also after an account is closed.
  email text not null unique,
  kind text not null check (kind in ('management', 'log', 'provider', 'tenant')),
  organizational_unit_id text not null,
  status text not null check (status in ('ACTIVE', 'SUSPENDED')),
  -- What made the account, so that a repeated step finds what its first try made.
  created_by text not null unique,
  joined_at timestamptz not null default now(),
  closed_at timestamptz
);
create unique index accounts_platform on accounts (kind) where kind <> 'tenant';
