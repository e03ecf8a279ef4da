-- Up Migration

-- People who can prove who they are. Which tenant they belong to, and what they may do there, is user-management's.
create table accounts (
  id uuid primary key,
  -- Lower case, trimmed.
  email text not null unique,
  name text not null,
  -- Argon2id in its own encoding; null until a password is set.
  password_hash text,
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);
select make_platform_table('accounts', 'select, insert, update, delete');
