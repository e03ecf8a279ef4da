-- Up Migration

create schema if not exists spaces;

-- `settings` is what Create and Update were told, as Describe echoes it.
create table spaces.domain (
  id              text primary key,
  account_id      text not null,
  name            text not null,
  status          text not null check (status in ('Pending', 'InService', 'Failed', 'Deleting', 'Delete_Failed')),
  failure_reason  text,
  settings        jsonb not null,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  unique (account_id, name)
);

create table spaces.user_profile (
  domain_id       text not null references spaces.domain,
  name            text not null,
  account_id      text not null,
  status          text not null check (status in ('Pending', 'InService', 'Failed', 'Updating', 'Deleting', 'Delete_Failed')),
  failure_reason  text,
  settings        jsonb not null,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  primary key (domain_id, name)
);
-- Names are told apart without regard to case.
create unique index user_profile_name on spaces.user_profile (domain_id, lower(name));

create table spaces.space (
  domain_id       text not null references spaces.domain,
  name            text not null,
  account_id      text not null,
  owner_profile   text not null,
  -- Names the volume of the home, which outlives apps.
  home_id         uuid not null unique,
  status          text not null check (status in ('Pending', 'InService', 'Failed', 'Deleting', 'Delete_Failed')),
  failure_reason  text,
  settings        jsonb not null,
  created_at      timestamptz not null default now(),
  modified_at     timestamptz not null default now(),
  primary key (domain_id, name),
  foreign key (domain_id, owner_profile) references spaces.user_profile (domain_id, name)
);
create unique index space_name on spaces.space (domain_id, lower(name));

-- A row per start. `token` is what the JupyterLab of this start accepts; `credentials_token` is what its container shows
-- to get keys.
create table spaces.app (
  start_id            uuid primary key,
  domain_id           text not null,
  space_name          text not null,
  account_id          text not null,
  owner_profile       text not null,
  name                text not null,
  status              text not null check (status in ('Pending', 'InService', 'Failed', 'Deleting', 'Deleted')),
  failure_reason      text,
  settings            jsonb not null,
  token               text not null,
  credentials_token   text not null unique,
  created_at          timestamptz not null default now(),
  in_service_at       timestamptz,
  last_activity_at    timestamptz,
  ended_at            timestamptz
);
create unique index app_live on spaces.app (domain_id, space_name, name)
  where status in ('Pending', 'InService', 'Deleting');
create index app_by_space on spaces.app (domain_id, space_name, name, created_at desc);
create index app_live_by_account on spaces.app (account_id) where status in ('Pending', 'InService', 'Deleting');

-- Tickets and sessions are kept by the SHA-256 of what the browser holds.
create table spaces.ticket (
  hash             bytea primary key,
  account_id       text not null,
  domain_id        text not null,
  profile          text not null,
  space_name       text not null,
  landing          text not null,
  session_seconds  integer not null,
  expires_at       timestamptz not null
);
create index ticket_expiry on spaces.ticket (expires_at);

create table spaces.session (
  hash        bytea primary key,
  account_id  text not null,
  domain_id   text not null,
  profile     text not null,
  space_name  text not null,
  expires_at  timestamptz not null
);
create index session_expiry on spaces.session (expires_at);
create index session_by_profile on spaces.session (account_id, domain_id, profile);

-- Down Migration

drop schema spaces cascade;
