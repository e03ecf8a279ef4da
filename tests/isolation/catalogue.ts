import type pg from 'pg';

/** How a table, view, function, grant or role lets one tenant's rows out, in words. */
export interface Finding {
  readonly object: string;
  readonly fault: string;
}

export interface Lint {
  /** Whose tables hold tenants' rows. */
  readonly schemas: readonly string[];
  /** What services sign in as. */
  readonly runtimeRoles: readonly string[];
  /** `schema.name` of the functions that may run with their owner's rights. */
  readonly securityDefiners: readonly string[];
}

const PLATFORM_COMMENT = 'platform table:';

/** Bookkeeping of the migration runner: no row of it is a tenant's, and no runtime role may read it. */
const MIGRATIONS = '%migrations';

interface Rule {
  readonly fault: string;
  /** Selects `object`; `$1` are the schemas, `$2` the runtime roles, `$3` the functions that may define security. */
  readonly sql: string;
}

const TABLES = `
  select c.oid, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relkind,
         n.nspname || '.' || c.relname as object,
         coalesce(obj_description(c.oid, 'pg_class'), '') like '${PLATFORM_COMMENT}%' as platform,
         c.relname like '${MIGRATIONS}' as bookkeeping,
         (select a.attnum from pg_attribute a
           where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped) as tenant
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = any ($1) and c.relkind in ('r', 'p')`;

const TENANT_TABLES = `select * from (${TABLES}) t where not platform and not bookkeeping`;

/** Roles that a grant reaches but its owner. */
const GRANTS = `
  select n.nspname || '.' || c.relname as object, g.grantee, g.privilege_type, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace,
         aclexplode(c.relacl) g
   where n.nspname = any ($1)
   union all
  select n.nspname || '.' || c.relname || '.' || a.attname, g.grantee, g.privilege_type, c.relname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g
   where n.nspname = any ($1)
   union all
  select n.nspname, g.grantee, g.privilege_type, n.nspname
    from pg_namespace n, aclexplode(n.nspacl) g
   where n.nspname = any ($1)`;

const FUNCTIONS = `
  select n.nspname || '.' || p.proname as object, p.prosecdef, p.proconfig, p.proacl, p.proowner
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1)`;

const RULES: readonly Rule[] = [
  {
    fault: 'has no tenant_id and is not marked as a platform table',
    sql: `select object from (${TENANT_TABLES}) t where tenant is null`,
  },
  {
    fault: 'has row-level security not enabled',
    sql: `select object from (${TENANT_TABLES}) t where not relrowsecurity`,
  },
  {
    fault: 'does not force row-level security on its owner',
    sql: `select object from (${TENANT_TABLES}) t where not relforcerowsecurity`,
  },
  {
    fault: 'lets tenant_id be null',
    sql: `select object from (${TENANT_TABLES}) t
            join pg_attribute a on a.attrelid = t.oid and a.attnum = t.tenant where not a.attnotnull`,
  },
  {
    fault: 'has a key without tenant_id',
    sql: `select object || ' (' || i.indexrelid::regclass || ')' as object from (${TENANT_TABLES}) t
            join pg_index i on i.indrelid = t.oid
           where (i.indisprimary or i.indisunique) and not t.tenant = any (i.indkey::int2[])`,
  },
  {
    fault: 'has no primary key',
    sql: `select object from (${TENANT_TABLES}) t
           where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)`,
  },
  {
    fault: 'refers to rows without the tenant',
    sql: `select object || ' (' || k.conname || ')' as object from (${TENANT_TABLES}) t
            join pg_constraint k on k.conrelid = t.oid and k.contype = 'f'
           where not exists (
             select from unnest(k.conkey, k.confkey) as pair (own, other)
               join pg_attribute a on a.attrelid = k.confrelid and a.attnum = pair.other
              where pair.own = t.tenant and a.attname = 'tenant_id')`,
  },
  {
    fault: 'has a policy of services that does not look at the tenant',
    sql: `select object || ' (' || p.polname || ')' as object from (${TENANT_TABLES}) t
            join pg_policy p on p.polrelid = t.oid and p.polpermissive
           where coalesce(pg_get_expr(p.polqual, p.polrelid), '') !~ 'tenant_id = .*atelier.tenant_id'
             and exists (
               select from unnest(p.polroles) r left join pg_roles role on role.oid = r
                where r = 0 or not (role.rolname like '%\\_operator' or role.rolname = 'extraction_reader'))`,
  },
  {
    fault: 'lets extraction logins in without looking at who they are',
    sql: `select object from (${TENANT_TABLES}) t
           where exists (
               select from pg_policy p join pg_roles r on r.oid = any (p.polroles)
                where p.polrelid = t.oid and p.polpermissive and r.rolname = 'extraction_reader')
             and not exists (
               select from pg_policy p join pg_roles r on r.oid = any (p.polroles)
                where p.polrelid = t.oid and not p.polpermissive and r.rolname = 'extraction_reader'
                  and pg_get_expr(p.polqual, p.polrelid) ~* 'session_user')`,
  },
  {
    fault: 'may be truncated, which row-level security does not see',
    sql: `select object from (${GRANTS}) g join pg_roles r on r.oid = g.grantee
           where r.rolname = any ($2) and g.privilege_type in ('TRUNCATE', 'TRIGGER', 'REFERENCES', 'MAINTAIN')`,
  },
  {
    fault: 'is a view that runs with its owner’s rights',
    sql: `select n.nspname || '.' || c.relname as object
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = any ($1) and c.relkind = 'v'
             and not coalesce(c.reloptions @> array['security_invoker=true']
                           or c.reloptions @> array['security_invoker=on'], false)`,
  },
  {
    fault: 'is a materialized view, which knows no row-level security',
    sql: `select n.nspname || '.' || c.relname as object
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = any ($1) and c.relkind = 'm'`,
  },
  {
    fault: 'is a foreign table, which knows no row-level security here',
    sql: `select n.nspname || '.' || c.relname as object
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where n.nspname = any ($1) and c.relkind = 'f'`,
  },
  {
    fault: 'is a function that runs with its owner’s rights',
    sql: `select object from (${FUNCTIONS}) f where prosecdef and not object = any ($3)`,
  },
  {
    fault: 'runs with its owner’s rights and takes its search path from the caller',
    sql: `select object from (${FUNCTIONS}) f
           where prosecdef and not exists (select from unnest(f.proconfig) s where s like 'search\\_path=%')`,
  },
  {
    fault: 'runs with its owner’s rights for everybody',
    sql: `select object from (${FUNCTIONS}) f
           where prosecdef and exists (
             select from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) g where g.grantee = 0)`,
  },
  {
    fault: 'is granted to everybody',
    sql: `select object || ': ' || privilege_type as object from (${GRANTS}) g where grantee = 0`,
  },
  {
    fault: 'is granted to another service’s role',
    sql: `select g.object || ' to ' || r.rolname as object from (${GRANTS}) g join pg_roles r on r.oid = g.grantee
           where r.rolname = any ($2) and not r.rolname like replace(split_part(g.object, '.', 1), '_', '\\_') || '\\_%'`,
  },
  {
    fault: 'reads the bookkeeping of migrations',
    sql: `select g.object || ' to ' || r.rolname as object from (${GRANTS}) g join pg_roles r on r.oid = g.grantee
           where r.rolname = any ($2) and g.relname like '${MIGRATIONS}'`,
  },
  {
    fault: 'owns what it works with',
    sql: `select r.rolname || ' owns ' || d.classid::regclass || ' ' || d.objid as object
            from pg_shdepend d join pg_roles r on r.oid = d.refobjid
           where d.deptype = 'o' and r.rolname = any ($2)`,
  },
  {
    fault: 'is above row-level security, or may make roles or databases',
    sql: `select rolname as object from pg_roles
           where rolname = any ($2)
             and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
  },
  {
    fault: 'is a member of another role',
    sql: `select r.rolname || ' in ' || g.rolname as object
            from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid
           where r.rolname = any ($2) and not (r.rolname like 'extract\\_%' and g.rolname = 'extraction_reader')`,
  },
  {
    fault: 'is not there',
    sql: `select wanted as object from unnest($2::text[]) wanted
           where not exists (select from pg_roles where rolname = wanted)`,
  },
];

/** Looks at the catalogue for everything that could let one tenant's rows out to another. */
export async function lintCatalogue(client: pg.Client, lint: Lint): Promise<Finding[]> {
  const parameters = [lint.schemas, lint.runtimeRoles, lint.securityDefiners];
  const findings: Finding[] = [];
  for (const { fault, sql } of RULES) {
    // Every rule is given all parameters; the first two columns only tell PostgreSQL their types.
    const { rows } = await client.query<{ object: string }>(
      `with given as (select $1::text[] as a, $2::text[] as b, $3::text[] as c)
       select distinct object from (${sql}) found, given order by object`,
      parameters,
    );
    findings.push(...rows.map(({ object }) => ({ object, fault })));
  }
  return findings;
}

/** Every fault that the lint knows, so that a test can show each of them found. */
export const everyFault: readonly string[] = RULES.map(({ fault }) => fault);
