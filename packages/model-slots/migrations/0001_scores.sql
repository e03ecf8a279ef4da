-- Up Migration

-- The newest score of each subject by source: the built-in's stays beside the model's, to fall back to.
create table scores (
  tenant_id uuid not null,
  slot text not null,
  subject_id uuid not null,
  source text not null check (source in ('model', 'built-in')),
  probability double precision not null check (probability between 0 and 1),
  reasons text[] not null,
  model text not null,
  version integer,
  as_of date not null,
  computed_at timestamptz not null default now(),
  primary key (tenant_id, slot, subject_id, source)
);
select make_tenant_table('scores', 'select, insert, update, delete');

-- The built-in model as fitted to the tenant at an as-of date; null where there is nothing to fit.
create table built_in_fits (
  tenant_id uuid not null,
  slot text not null,
  as_of date not null,
  fit jsonb,
  fitted_at timestamptz not null default now(),
  primary key (tenant_id, slot)
);
select make_tenant_table('built_in_fits', 'select, insert, update, delete');

create table checks (
  tenant_id uuid not null,
  binding_id uuid not null,
  report jsonb not null,
  primary key (tenant_id, binding_id)
);
select make_tenant_table('checks', 'select, insert, update, delete');
