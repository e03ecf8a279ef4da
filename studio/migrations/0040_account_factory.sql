-- Up Migration
create table provisioned_products (
  id text primary key,
  name text not null unique,
  account_id text references accounts,
  status text not null check (status in ('UNDER_CHANGE', 'AVAILABLE', 'ERROR', 'TERMINATED')),
  created_at timestamptz not null default now()
);

create table service_catalog_records (
  id text primary key,
  kind text not null check (kind in ('PROVISION_PRODUCT', 'TERMINATE_PROVISIONED_PRODUCT')),
  -- Idempotency token of the caller.
  token text not null,
  product_id text not null references provisioned_products,
  parameters jsonb not null,
  status text not null check (status in ('CREATED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED')),
  -- The step to do next; what comes before it is done.
  step text not null,
  account_id text references accounts,
  -- The account was made by an earlier, failed record: its event is an update.
  adopted boolean not null default false,
  error jsonb,
  event_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (kind, token)
);
create index service_catalog_records_open on service_catalog_records (created_at) where step <> 'done';
create index service_catalog_records_by_product on service_catalog_records (product_id, created_at);

create table stack_instances (
  account_id text primary key references accounts,
  stack_id text not null,
  status text not null check (status in ('CURRENT', 'OUTDATED', 'INOPERABLE')),
  detailed_status text not null
    check (detailed_status in ('PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'INOPERABLE')),
  reason text,
  baseline_version integer not null
);

create table service_quotas (
  account_id text not null references accounts,
  service_code text not null,
  quota_code text not null,
  value double precision not null,
  primary key (account_id, service_code, quota_code)
);

-- Switches that let Studio fail as AWS does; how often each is still to strike.
create table faults (
  name text primary key,
  remaining integer not null check (remaining > 0)
);

alter table accounts add column emptied_at timestamptz;
