-- Up Migration

create table imports (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null check (kind in ('customers', 'purchases')),
  file_name text not null,
  announced_bytes bigint not null,
  received_bytes bigint,
  sample jsonb,
  mapping jsonb,
  rows_read integer not null default 0,
  rows_accepted integer not null default 0,
  rows_rejected integer not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
select make_tenant_table('imports', 'select, insert, update, delete');

-- The file in pieces, until the import has ended: any process may carry it on.
create table import_chunks (
  tenant_id uuid not null,
  import_id uuid not null,
  number integer not null,
  bytes bytea not null,
  primary key (tenant_id, import_id, number),
  foreign key (tenant_id, import_id) references imports on delete cascade
);
select make_tenant_table('import_chunks', 'select, insert, delete');

create table import_errors (
  tenant_id uuid not null,
  import_id uuid not null,
  number integer not null,
  line integer not null,
  column_name text,
  message text not null,
  primary key (tenant_id, import_id, number),
  foreign key (tenant_id, import_id) references imports on delete cascade
);
select make_tenant_table('import_errors', 'select, insert, delete');
