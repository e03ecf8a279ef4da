-- Up Migration

-- Browsers' sessions, found by the hash of the cookie before any tenant is known. The cookie's own value is nowhere.
create table sessions (
  id uuid primary key,
  secret_hash bytea not null unique,
  -- The application whose origin holds the cookie; at another one it is worth nothing.
  application text not null,
  issuer text not null,
  subject text not null,
  user_id uuid not null,
  -- Null for an operator.
  tenant_id uuid,
  -- Tells the provider at sign-out whose session ends there.
  id_token text not null,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_person on sessions (tenant_id, user_id);
create index sessions_end on sessions (expires_at);
select make_platform_table('sessions', 'select, insert, update, delete');
