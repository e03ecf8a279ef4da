-- Up Migration

-- Which run computed a score. Run ids order by time, so that an older run that is slower never writes over a newer one's.
alter table scores add column run_id uuid not null default '00000000-0000-0000-0000-000000000000';
