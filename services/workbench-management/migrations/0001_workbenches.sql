-- Up Migration

-- One workbench per tenant; how far it is stands in the state of the named requests.
create table workbenches (
  tenant_id uuid primary key,
  request_id uuid not null,
  variant text not null,
  deletion_id uuid,
  created_at timestamptz not null default now()
);
select make_tenant_table('workbenches', 'select, insert, update, delete', 'select');

-- What Control Tower's events said of the tenant's account, the newest only: events come doubled and out of order.
create table managed_accounts (
  tenant_id uuid primary key,
  account_id text not null,
  state text not null check (state in ('SUCCEEDED', 'FAILED')),
  message text not null,
  completed_at timestamptz not null
);
select make_tenant_table('managed_accounts', 'select, insert, update, delete');
