-- Up Migration

create table users (
  tenant_id uuid not null,
  id uuid not null,
  email text not null,
  name text not null,
  roles text[] not null,
  active boolean not null default true,
  -- Grows with every change of roles or activity, so that what was cached can be told stale.
  revision integer not null default 1,
  issuer text not null,
  subject text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
select make_tenant_table('users', 'select, insert, update, delete');

-- Asked before the tenant is known: whom a proven identity stands for. Holds no personal data.
create table identities (
  issuer text not null,
  subject text not null,
  tenant_id uuid,
  user_id uuid not null,
  primary key (issuer, subject)
);
select make_platform_table('identities', 'select, insert, delete');

-- An address belongs to one person on the platform. Only its hash is kept, since the table has no tenant.
create table email_hashes (
  hash text primary key,
  tenant_id uuid,
  user_id uuid not null
);
select make_platform_table('email_hashes', 'select, insert, delete');

create table operators (
  id uuid primary key,
  email text not null,
  name text not null,
  active boolean not null default true
);
select make_platform_table('operators', 'select, insert');
