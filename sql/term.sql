-- The terms of PeopleSoft in the lake: raw → xform → curated. Idempotent; applied by the first run of the term flow that needs it.
create schema if not exists term_raw;
create schema if not exists term_xform;
create schema if not exists term_curated;

-- History, insert-only: one row for every version of a term that was ever seen. Nothing is updated or deleted here; the highest id is the latest.
create table if not exists term_raw.term_data (
  id            bigint generated always as identity primary key,
  acad_career   varchar(4) not null,
  strm          varchar(4) not null,
  term_data     jsonb not null,
  modified_date timestamptz not null,
  content_hash  bytea not null,
  hash_version  smallint not null,
  run_id        uuid not null
);
create index if not exists term_data_key on term_raw.term_data (acad_career, strm, id);

-- The terms as PeopleSoft gives them now: replaced as a whole in one transaction, or not at all; a term whose row cannot be used stays as
-- it was. modified_date moves when a row differs,
-- last_seen_at with every good load that has it.
create table if not exists term_xform.current_term_data (
  acad_career        varchar(4) not null,
  strm               varchar(4) not null,
  descr              text,
  term_begin_dt      text,
  term_end_dt        text,
  current_ind        varchar(1),
  bu_cur_future_term varchar(1),
  bu_future_term_1   varchar(4),
  bu_past_term_1     varchar(4),
  old_term           varchar(5),
  acad_year          varchar(4),
  rownumber          integer not null,
  modified_date      timestamptz not null,
  content_hash       bytea not null,
  hash_version       smallint not null,
  first_loaded_at    timestamptz not null,
  last_seen_at       timestamptz not null,
  last_seen_run      uuid not null,
  primary key (acad_career, strm, rownumber)
);

-- Terms per service. `active_terms`: the undergraduate terms that are being taught, just ended or come next; the course flow loads these.
-- Kept as it was when PeopleSoft names no current term.
create table if not exists term_curated.term_data_by_service (
  service            varchar not null,
  acad_career        varchar(4) not null,
  strm               varchar(4) not null,
  descr              text,
  term_begin_dt      text,
  term_end_dt        text,
  current_ind        varchar(1),
  bu_cur_future_term varchar(1),
  bu_future_term_1   varchar(4),
  bu_past_term_1     varchar(4),
  old_term           varchar(5),
  acad_year          varchar(4),
  rownumber          integer,
  modified_date      timestamptz not null,
  last_seen_at       timestamptz not null,
  primary key (service, acad_career, strm)
);
