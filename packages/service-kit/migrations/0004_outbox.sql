-- Up Migration

-- Events wait here in the transaction of what they tell, until the relay has handed them to the event bus.
create table outbox (
  tenant_id uuid not null,
  id uuid not null,
  event jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index outbox_age on outbox (created_at);
select make_tenant_table('outbox', 'select, insert', 'select, delete, update');
