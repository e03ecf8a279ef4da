-- Up Migration

create schema if not exists cloud;

-- Bodies are json, not jsonb: kept as sent, and jsonb refuses strings that hold U+0000.
create table cloud.message (
  id          uuid primary key default gen_random_uuid(),
  queue       text not null,
  body        json not null,
  visible_at  timestamptz not null,
  receipt     text,
  deliveries  integer not null default 0,
  dead_since  timestamptz
);
create index message_visible on cloud.message (queue, visible_at) where dead_since is null;
create index message_dead on cloud.message (queue, dead_since) where dead_since is not null;
create unique index message_receipt on cloud.message (receipt) where receipt is not null;

create table cloud.message_dedupe (
  queue       text not null,
  dedupe_id   text not null,
  expires_at  timestamptz not null,
  primary key (queue, dedupe_id)
);
create index message_dedupe_expires on cloud.message_dedupe (expires_at);

-- A null pattern matches everything.
create table cloud.event_subscription (
  consumer      text primary key,
  sources       text[],
  detail_types  text[]
);

create table cloud.state (
  tenant_id   text not null,
  kind        text not null,
  id          text not null,
  state       json not null,
  version     bigint not null default 1,
  due_at      timestamptz,
  created_at  timestamptz not null default clock_timestamp(),
  updated_at  timestamptz not null default clock_timestamp(),
  primary key (tenant_id, kind, id)
);
create index state_listed on cloud.state (tenant_id, kind, created_at, id);
create index state_due on cloud.state (kind, due_at, tenant_id, id) where due_at is not null;

create table cloud.extract_run (
  run_id      text primary key,
  request_id  text not null,
  attempt     integer not null,
  state       text not null check (state in ('running', 'succeeded', 'failed', 'cancelled')),
  rows        bigint not null default 0,
  bytes       bigint not null default 0,
  snapshot    json,
  files       json not null default '[]',
  failure     json,
  beat_at     timestamptz not null default clock_timestamp(),
  unique (request_id, attempt)
);

-- Down Migration

drop schema cloud cascade;
