-- Up Migration

-- Append-only, one hash chain per tenant; the nil UUID is the provider's own chain.
create table audit_entries (
  tenant_id uuid not null,
  sequence bigint not null,
  at timestamptz not null,
  actor text not null,
  operation text not null,
  resource text,
  outcome text not null,
  detail text,
  request_id text not null,
  previous_hash text not null,
  hash text not null,
  primary key (tenant_id, sequence)
);
select make_tenant_table('audit_entries', 'select, insert');
