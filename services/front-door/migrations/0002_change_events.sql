-- Up Migration

-- One numbered stream per tenant, and one (the nil UUID) for operators. The row is locked while a number is given out, so
-- that numbers become visible in their order.
create table event_streams (
  tenant_id uuid primary key,
  last_sequence bigint not null
);
select make_tenant_table('event_streams', 'select, insert, update', 'select, delete');

create table change_events (
  tenant_id uuid not null,
  sequence bigint not null,
  -- Null: everybody of the stream; otherwise this user alone.
  user_id uuid,
  -- Of the event bus, which delivers at least once.
  event_id text not null,
  event jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (tenant_id, sequence),
  unique (tenant_id, event_id)
);
create index change_events_age on change_events (recorded_at);
select make_tenant_table('change_events', 'select, insert', 'select, delete');
