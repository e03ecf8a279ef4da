-- Up Migration

create schema if not exists logs;

create table logs.log_group (
  account_id      text not null,
  name            text not null,
  created_at      timestamptz not null,
  retention_days  integer,
  primary key (account_id, name)
);

create table logs.log_stream (
  id                bigint generated always as identity primary key,
  account_id        text not null,
  group_name        text not null,
  name              text not null,
  created_at        timestamptz not null,
  next_sequence     bigint not null default 1,
  first_event_ms    bigint,
  last_event_ms     bigint,
  last_ingested_ms  bigint,
  bytes             bigint not null default 0,
  unique (account_id, group_name, name),
  foreign key (account_id, group_name) references logs.log_group on delete cascade
);

-- The order of a stream: by time, and within one time by arrival.
create table logs.log_event (
  stream_id    bigint not null references logs.log_stream on delete cascade,
  at_ms        bigint not null,
  sequence     bigint not null,
  ingested_ms  bigint not null,
  message      text not null,
  primary key (stream_id, at_ms, sequence)
);

-- Down Migration

drop schema logs cascade;
