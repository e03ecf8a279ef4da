-- Up Migration

-- The tenant's id is chosen when somebody signs up; the tenant itself exists once the address is proven.
create table registrations (
  tenant_id uuid not null,
  id uuid not null,
  company text not null,
  name text not null,
  email text not null,
  -- Hash of the mailed secret; null where the address was taken, so that no link can prove it.
  verification_hash text,
  -- Hashes of the secrets that may watch.
  watch_hashes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  verified_at timestamptz,
  primary key (tenant_id, id)
);
select make_tenant_table('registrations', 'select, insert, update', 'select');

-- How often an address was written to, so that nobody floods a stranger's mailbox through us.
create table mailed_addresses (
  email_hash text not null,
  at timestamptz not null default now()
);
create index mailed_addresses_recent on mailed_addresses (email_hash, at);
select make_platform_table('mailed_addresses', 'select, insert, delete');
