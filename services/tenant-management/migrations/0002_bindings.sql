-- Up Migration

create table bindings (
  tenant_id uuid not null references tenants,
  id uuid not null,
  slot text not null,
  version integer not null,
  endpoint_name text not null,
  state text not null
    check (state in ('registered', 'checking', 'checked', 'rejected', 'active', 'retired')),
  changed_at timestamptz not null default now(),
  changed_by text not null,
  reason text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, slot, version)
);
create unique index one_active_binding on bindings (tenant_id, slot) where state = 'active';
select make_tenant_table('bindings', 'select, insert, update, delete');
