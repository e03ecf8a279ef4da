-- Up Migration

create table api_keys (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  name text not null,
  prefix text not null,
  secret_hash text not null,
  roles text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, user_id) references users on delete cascade
);
create index api_keys_of_user on api_keys (tenant_id, user_id);
select make_tenant_table('api_keys', 'select, insert, update, delete');
