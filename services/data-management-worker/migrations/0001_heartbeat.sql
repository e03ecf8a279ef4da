-- Up Migration

-- Written on the primary every second; how old it looks on the replica is the replica's lag.
create table heartbeat (
  only_row boolean primary key default true check (only_row),
  at timestamptz not null
);
select make_platform_table('heartbeat', 'select, insert, update');
