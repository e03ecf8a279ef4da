-- Up Migration

create schema if not exists s3;

create table s3.bucket (
  name        text primary key,
  account_id  text not null,
  region      text not null,
  created_at  timestamptz not null,
  policy      text,
  lifecycle   json
);
create index bucket_account on s3.bucket (account_id, name);

-- Keys are bytea: S3 orders by UTF-8 bytes and allows U+0000, which text does not.
create table s3.object (
  bucket         text not null references s3.bucket,
  key            bytea not null,
  content_id     uuid not null,
  bytes          bigint not null,
  etag           text not null,
  modified_at    timestamptz not null,
  headers        json not null,
  metadata       json not null,
  tags           json not null,
  checksum       json,
  -- Lets a repeated CompleteMultipartUpload find that it was done.
  upload_id      text,
  primary key (bucket, key)
);

create table s3.upload (
  id             text primary key,
  bucket         text not null references s3.bucket on delete cascade,
  key            bytea not null,
  initiated_at   timestamptz not null,
  initiator_arn  text not null,
  headers        json not null,
  metadata       json not null,
  tags           json not null,
  checksum       json
);
create index upload_listed on s3.upload (bucket, key, id);

create table s3.part (
  upload_id    text not null references s3.upload on delete cascade,
  number       integer not null,
  content_id   uuid not null,
  bytes        bigint not null,
  etag         text not null,
  modified_at  timestamptz not null,
  checksum     text,
  primary key (upload_id, number)
);

-- A file on disk. A content is what one object or part holds: its blobs in order. A blob without content is garbage.
create table s3.blob (
  id          uuid primary key,
  content_id  uuid,
  position    integer not null,
  bytes       bigint not null
);
create index blob_content on s3.blob (content_id, position);
create index blob_garbage on s3.blob (id) where content_id is null;

-- Whatever removes or replaces an object or a part gives its files up for removal; no statement can forget it.
create function s3.release_content() returns trigger language plpgsql as $$
begin
  update s3.blob set content_id = null where content_id = old.content_id;
  return null;
end $$;

create trigger object_replaced after update of content_id on s3.object
  for each row when (old.content_id <> new.content_id) execute function s3.release_content();
create trigger object_removed after delete on s3.object
  for each row execute function s3.release_content();
create trigger part_replaced after update of content_id on s3.part
  for each row when (old.content_id <> new.content_id) execute function s3.release_content();
create trigger part_removed after delete on s3.part
  for each row execute function s3.release_content();

-- Down Migration

drop schema s3 cascade;
