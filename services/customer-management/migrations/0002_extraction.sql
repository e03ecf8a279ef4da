-- Up Migration

-- What may leave, by column: the grant protects, the comment says what the column is. A column without a comment is one
-- that nobody has classified, and is withheld. Extraction logins see their own tenant's rows whatever they set, since the
-- policy asks who connected.
do $$
begin
  execute format('grant usage on schema %I to extraction_reader', current_schema());
end
$$;

grant select (tenant_id, id, external_id, name, email, country, occurred_at, updated_at, deleted_at)
  on customers to extraction_reader;
grant select (tenant_id, id, customer_id, purchased_on, quantity, amount, currency, occurred_at, updated_at, deleted_at)
  on purchases to extraction_reader;

do $$
declare
  own_rows constant text :=
    'tenant_id = (select case when session_user like ''extract\_%'' then substr(session_user, 9)::uuid end)';
  target text;
begin
  foreach target in array array['customers', 'purchases'] loop
    execute format('create policy extraction_rows on %I for select to extraction_reader using (true)', target);
    execute format(
      'create policy extraction_own_rows on %I as restrictive for select to extraction_reader using (%s)',
      target, own_rows
    );
  end loop;
end
$$;

comment on table customers is '{"dataset":"customers","title":"Customers","description":"People who bought, one row each"}';
comment on column customers.id is '{"classification":"identifier","description":"Number of the customer in the CRM","pseudonymDomain":"customer"}';
comment on column customers.external_id is '{"classification":"identifier","description":"Your own number of the customer","pseudonymDomain":"customer-number"}';
comment on column customers.name is '{"classification":"personal","description":"Name"}';
comment on column customers.email is '{"classification":"personal","description":"E-mail address","form":"email"}';
comment on column customers.country is '{"classification":"plain","description":"Country"}';
comment on column customers.occurred_at is '{"classification":"personal","description":"When the customer signed up"}';
comment on column customers.updated_at is '{"classification":"plain","description":"When the row changed last"}';

comment on table purchases is '{"dataset":"purchases","title":"Purchases","description":"What customers bought, one row per purchase"}';
comment on column purchases.id is '{"classification":"identifier","description":"Number of the purchase in the CRM","pseudonymDomain":"purchase"}';
comment on column purchases.customer_id is '{"classification":"identifier","description":"The customer who bought","pseudonymDomain":"customer"}';
comment on column purchases.purchased_on is '{"classification":"plain","description":"Day of the purchase"}';
comment on column purchases.quantity is '{"classification":"plain","description":"Pieces bought"}';
comment on column purchases.amount is '{"classification":"plain","description":"Value of the purchase"}';
comment on column purchases.currency is '{"classification":"plain","description":"Currency of the value"}';
comment on column purchases.occurred_at is '{"classification":"plain","description":"When the purchase was made"}';
comment on column purchases.updated_at is '{"classification":"plain","description":"When the row changed last"}';

-- What every extractable table has for the machinery's own use; not offered.
do $$
declare
  target text;
  structural text;
begin
  foreach target in array array['customers', 'purchases'] loop
    foreach structural in array array['tenant_id', 'recorded_at', 'deleted_at'] loop
      execute format('comment on column %I.%I is ''{"structural":true}''', target, structural);
    end loop;
  end loop;
end
$$;
