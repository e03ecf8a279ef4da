-- Up Migration
create table audit_events (
  id uuid primary key,
  -- The account whose audit shows the event: the caller's, or the resource owner's.
  recipient_account_id text not null,
  occurred_at timestamptz not null,
  event_name text not null,
  refused boolean not null,
  event jsonb not null
);
create index audit_events_by_account on audit_events (recipient_account_id, occurred_at desc, id desc);

create function forbid_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit_events
  for each statement execute function forbid_audit_change();
