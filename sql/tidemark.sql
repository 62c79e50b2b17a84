-- What Tidemark itself keeps in the lake, beside the data and in the same transactions. Idempotent; applied before every other file of this folder.
create schema if not exists tidemark;

-- Which content of which file of sql/ this lake has.
create table if not exists tidemark.applied_schema (
  file       text primary key,
  hash       text not null,
  applied_at timestamptz not null
);

-- Who may write for a flow: the newest attempt. Every load transaction locks its row first (for share) and gives up when a newer attempt holds it.
create table if not exists tidemark.flow_fence (
  flow    text primary key,
  attempt bigint not null,
  run     uuid not null
);

-- What has been committed, written in the transaction of the rows themselves: read on resume, so that nothing is loaded twice.
create table if not exists tidemark.load_batch (
  run          uuid not null,
  attempt      integer not null,
  task         text not null,
  batch_key    text not null,
  result       jsonb,
  committed_at timestamptz not null,
  primary key (run, task, batch_key)
);
create index if not exists load_batch_committed_at on tidemark.load_batch (committed_at);

-- Which version of which file stands in which table, written in the transaction of its rows: no file is landed twice, whoever tries. `file` names the others before it.
create table if not exists tidemark.landed_file (
  landing_table text not null,
  file          uuid not null,
  source        text not null,
  bucket        text not null,
  key           text not null,
  version       text not null,
  counts        jsonb,
  run           uuid not null,
  landed_at     timestamptz not null,
  primary key (landing_table, file)
);
