-- Up Migration

create table idempotency_keys (
  tenant_id uuid not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  -- The id that the operation gives to what it creates: a second try after a crash finds what the first made.
  resource_id uuid not null,
  claimed_at timestamptz not null default now(),
  status integer,
  body jsonb,
  primary key (tenant_id, operation, key)
);
create index idempotency_keys_age on idempotency_keys (claimed_at);
select make_tenant_table('idempotency_keys', 'select, insert, update, delete', 'select, delete');
