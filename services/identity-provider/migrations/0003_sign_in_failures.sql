-- Up Migration

-- Failed sign-ins, counted per account and per address in windows; subjects are hashed, since an attempted name is anybody's.
create table sign_in_failures (
  subject text primary key,
  failures integer not null,
  window_ends_at timestamptz not null
);
create index sign_in_failures_end on sign_in_failures (window_ends_at);
select make_platform_table('sign_in_failures', 'select, insert, update, delete');
