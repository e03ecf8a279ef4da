-- Up Migration

create table customers (
  tenant_id uuid not null,
  id uuid not null,
  external_id text not null,
  name text not null,
  email text,
  country text,
  -- When the customer came to be, when we learned of it, and when anything of it changed last.
  occurred_at timestamptz not null default now(),
  recorded_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, external_id)
);
create index customers_by_name on customers (tenant_id, name, id);
select make_tenant_table('customers', 'select, insert, update, delete');

create table purchases (
  tenant_id uuid not null,
  id uuid not null,
  customer_id uuid not null,
  purchased_on date not null,
  quantity numeric(14, 3) not null check (quantity > 0),
  amount numeric(16, 2) not null,
  currency text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, customer_id) references customers
);
create index purchases_of_customer on purchases (tenant_id, customer_id, purchased_on);
select make_tenant_table('purchases', 'select, insert, update, delete');

create table settings (
  tenant_id uuid primary key,
  -- The day from which the history is seen; null: today.
  as_of date
);
select make_tenant_table('settings', 'select, insert, update, delete');
