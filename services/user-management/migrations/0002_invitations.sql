-- Up Migration

create table invitations (
  tenant_id uuid not null,
  id uuid not null,
  email text not null,
  roles text[] not null,
  token_hash text not null,
  invited_by uuid not null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
select make_tenant_table('invitations', 'select, insert, update, delete');
