-- Up Migration

create schema if not exists sagemaker;

-- Training jobs, models, endpoint configurations and endpoints: what was asked, and what has become of it, as one
-- document each. `version` grows with every change, so that a waiting Describe knows what its caller has seen.
create table sagemaker.resource (
  account_id   text not null,
  kind         text not null check (kind in ('training-job', 'model', 'endpoint-config', 'endpoint')),
  name         text not null,
  arn          text not null unique,
  status       text not null,
  version      bigint not null default 1,
  document     jsonb not null,
  created_at   timestamptz not null default clock_timestamp(),
  modified_at  timestamptz not null default clock_timestamp(),
  primary key (account_id, kind, name)
);
create index resource_by_status on sagemaker.resource (kind, status);
create index resource_by_time on sagemaker.resource (account_id, kind, created_at);

-- Also holds tags of domains, profiles, spaces and apps, which are kept elsewhere.
create table sagemaker.tag (
  account_id  text not null,
  arn         text not null,
  key         text not null,
  value       text not null,
  primary key (arn, key)
);
create index tag_by_account on sagemaker.tag (account_id);

-- How far a container's lines have been passed on: a Studio that adopts it goes on from there. `lines` counts those that
-- carry exactly the time `at`.
create table sagemaker.log_position (
  container  text primary key,
  at         timestamptz not null,
  lines      integer not null
);

-- Down Migration

drop schema sagemaker cascade;
