-- Up Migration

-- What oidc-provider keeps between requests: sessions, grants, codes, refresh tokens, device codes, interactions.
create table provider_state (
  model text not null,
  id text not null,
  payload jsonb not null,
  expires_at timestamptz,
  consumed_at timestamptz,
  grant_id text generated always as (payload ->> 'grantId') stored,
  uid text generated always as (payload ->> 'uid') stored,
  user_code text generated always as (payload ->> 'userCode') stored,
  account_id text generated always as (payload ->> 'accountId') stored,
  primary key (model, id)
);
create index provider_state_grant on provider_state (grant_id) where grant_id is not null;
create index provider_state_uid on provider_state (uid) where uid is not null;
create index provider_state_user_code on provider_state (user_code) where user_code is not null;
create index provider_state_account on provider_state (account_id) where account_id is not null;
create index provider_state_end on provider_state (expires_at);
select make_platform_table('provider_state', 'select, insert, update, delete');
