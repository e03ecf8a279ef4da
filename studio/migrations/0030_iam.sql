-- Up Migration
create table iam_roles (
  account_id text not null references accounts,
  name text not null,
  path text not null,
  -- AROA…; a role made again under an old name is another role.
  role_id text not null unique,
  description text,
  trust_policy text not null,
  boundary_arn text,
  max_session_seconds integer not null,
  tags jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (account_id, name)
);
create unique index iam_roles_ignoring_case on iam_roles (account_id, lower(name));

create table iam_role_policies (
  account_id text not null,
  role_name text not null,
  policy_name text not null,
  document text not null,
  primary key (account_id, role_name, policy_name),
  foreign key (account_id, role_name) references iam_roles (account_id, name)
);

create table iam_managed_policies (
  account_id text not null references accounts,
  name text not null,
  path text not null,
  document text not null,
  primary key (account_id, name)
);

-- Long-lived keys of the platform's own services. Secrets are derived from Studio's master key, never stored.
create table iam_service_keys (
  access_key_id text primary key,
  account_id text not null,
  role_name text not null,
  role_id text not null,
  created_at timestamptz not null default now()
);
create unique index iam_service_keys_by_role on iam_service_keys (account_id, role_name);

create table sts_sessions (
  access_key_id text primary key,
  token_sha256 bytea not null,
  account_id text not null,
  role_name text not null,
  role_id text not null,
  session_name text not null,
  tags jsonb not null,
  transitive_tag_keys text[] not null,
  source_identity text,
  session_policy text,
  issued_at timestamptz not null,
  expires_at timestamptz not null
);
create index sts_sessions_by_expiry on sts_sessions (expires_at);
