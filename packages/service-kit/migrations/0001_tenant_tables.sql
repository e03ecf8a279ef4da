-- Up Migration

-- Row-level security by construction: every table that holds tenants' rows is passed through this function, and the
-- catalogue test fails on one that was not. The owner is under the policy too, so that a backfill goes tenant by tenant.
create function make_tenant_table(
  target regclass,
  app_privileges text,
  operator_privileges text default 'select'
) returns void language plpgsql as $$
declare
  own_rows constant text :=
    'tenant_id = (select nullif(current_setting(''atelier.tenant_id'', true), '''')::uuid)';
  service constant text := current_schema();
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant_rows on %s to %I, %I using (%s) with check (%s)',
    target, service || '_app', service || '_owner', own_rows, own_rows
  );
  execute format(
    'create policy operator_rows on %s to %I using (true) with check (true)',
    target, service || '_operator'
  );
  execute format('grant %s on %s to %I', app_privileges, target, service || '_app');
  execute format('grant %s on %s to %I', operator_privileges, target, service || '_operator');
end
$$;

-- A table without tenants' rows: what the platform itself has to know before it knows the tenant.
create function make_platform_table(target regclass, app_privileges text) returns void
language plpgsql as $$
declare
  service constant text := current_schema();
begin
  execute format('comment on table %s is ''platform table: holds no rows of tenants''', target);
  execute format('grant %s on %s to %I, %I', app_privileges, target, service || '_app', service || '_operator');
end
$$;

do $$
begin
  execute format(
    'grant usage on schema %I to %I, %I',
    current_schema(), current_schema() || '_app', current_schema() || '_operator'
  );
end
$$;
