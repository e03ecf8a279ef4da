-- Up Migration

-- The one way in which extraction logins come and go. They are in the group whose column grants the owning services give,
-- and their name is the tenant that row security confines them to.
create function make_extraction_login(tenant uuid, password text) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  login constant text := 'extract_' || replace(tenant::text, '-', '');
  verb constant text := case when exists (select from pg_roles where rolname = login) then 'alter' else 'create' end;
begin
  execute format(
    '%s role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit 4 password %L',
    verb, login, password
  );
  execute format('grant extraction_reader to %I', login);
end
$$;

create function drop_extraction_login(tenant uuid) returns void
language plpgsql security definer set search_path = pg_catalog as $$
declare
  login constant text := 'extract_' || replace(tenant::text, '-', '');
begin
  if exists (select from pg_roles where rolname = login) then
    execute format('drop role %I', login);
  end if;
end
$$;

revoke all on function make_extraction_login, drop_extraction_login from public;
do $$
begin
  execute format(
    'grant execute on function make_extraction_login, drop_extraction_login to %I',
    current_schema() || '_app'
  );
end
$$;
