import { afterAll, beforeAll, expect, it } from 'vitest'
import { COURSE_TABLES } from '#jobs/flows/course/course-tables.ts'
import { PERSON_TABLES } from '#jobs/flows/person/store/person-tables.ts'
import { silentLog } from '#lib/platform/log.ts'
import { createLakeBench } from '#lib/testing/runs/lake-bench.ts'
import { openDocuments } from './curation.ts'

/** The document tables as the first versions made them, each written out. */
const EARLIER = `
create schema course_raw; create schema course_xform; create schema course_curated;
create table course_raw.course_data (
  academic_career varchar(4) not null, term_code integer not null, course_id integer not null, session_code varchar(3) not null,
  course_data jsonb not null, dl_insert_date timestamptz not null, version integer not null, content_hash bytea not null,
  hash_version smallint not null, run_id uuid not null, primary key (academic_career, term_code, course_id, session_code, version));
create table course_xform.current_course_data (
  academic_career varchar(4) not null, term_code integer not null, course_id integer not null, session_code varchar(3) not null,
  course_data jsonb not null, modified_date timestamptz not null, content_hash bytea not null, hash_version smallint not null,
  version integer not null, source_hash bytea not null, curated_with text not null, first_loaded_at timestamptz not null,
  last_seen_at timestamptz not null, last_seen_run uuid not null, deleted_at timestamptz,
  primary key (academic_career, term_code, course_id, session_code)) with (toast_tuple_target = 128, fillfactor = 70);
create table course_curated.course_data_by_service (
  service varchar not null, academic_career varchar(4) not null, term_code integer not null, course_id integer not null,
  session_code varchar(3) not null, course_data jsonb not null, modified_date timestamptz not null,
  primary key (service, academic_career, term_code, course_id, session_code));
create table course_curated.course_schema_service_filters (
  service varchar primary key, paths text[] not null,
  constraint service_is_a_word check (service ~ '^[A-Za-z][A-Za-z0-9_]*$'),
  constraint full_is_reserved check (lower(service) <> 'full'),
  constraint paths_are_paths check (cardinality(paths) > 0 and array_position(paths, null) is null
    and array_to_string(paths, E'\\n') || E'\\n' ~ E'^((/[^/\\n]+)+\\n)+$'));
create schema person_raw; create schema person_xform; create schema person_curated;
create function person_raw.holds_sensitive_field(document jsonb) returns boolean language sql immutable parallel safe
  return document::text collate "C" ~* '"(ssn|socialsecuritynumber|sexualorientation|finaid|finaidreceived)":';
create table person_raw.person_data (
  bu_uid varchar not null, person_data jsonb not null, dl_insert_date timestamptz not null, version integer not null,
  content_hash bytea not null, hash_version smallint not null, run_id uuid not null, primary key (bu_uid, version),
  constraint no_sensitive_field check (not person_raw.holds_sensitive_field(person_data)));
create table person_xform.current_person_data (
  bu_uid varchar primary key, person_data jsonb not null, populations text[] not null, modified_date timestamptz not null,
  content_hash bytea not null, hash_version smallint not null, version integer not null, source_hash bytea not null,
  curated_with text not null, first_loaded_at timestamptz not null, last_seen_at timestamptz not null, last_seen_run uuid not null,
  deleted_at timestamptz) with (toast_tuple_target = 128, fillfactor = 70);
create table person_curated.person_data_by_service (
  bu_uid varchar not null, service varchar not null, person_data jsonb not null, modified_date timestamptz not null,
  primary key (bu_uid, service), constraint no_sensitive_field check (not person_raw.holds_sensitive_field(person_data)));
create table person_curated.person_schema_service_filters (
  service varchar primary key, paths text[] not null, population text,
  constraint service_is_a_word check (service ~ '^[A-Za-z][A-Za-z0-9_]*$'),
  constraint full_is_reserved check (lower(service) <> 'full'),
  constraint paths_are_paths check (cardinality(paths) > 0 and array_position(paths, null) is null
    and array_to_string(paths, E'\\n') || E'\\n' ~ E'^((/[^/\\n]+)+\\n)+$'));`

const ROW = `insert into course_raw.course_data values ('UGRD', 2267, 1, '1', '{"title": "Kept"}', now(), 1, '\\x00', 1, gen_random_uuid());
insert into course_curated.course_schema_service_filters values ('courseCatalog', '{/title}')`

let bench: Awaited<ReturnType<typeof createLakeBench>>
beforeAll(async () => {
  bench = await createLakeBench()
})
afterAll(() => bench?.close())

async function applyAll(fence: number): Promise<void> {
  const ctx = { lake: await bench.lakeOf('documents', fence), log: silentLog }
  await openDocuments(ctx, COURSE_TABLES)
  await openDocuments(ctx, PERSON_TABLES)
}

async function shape(): Promise<unknown[]> {
  const { rows } = await bench.admin.query(
    `select t::text as name, c.reloptions, (select json_agg(array[attname, format_type(atttypid, atttypmod), attnotnull::text, attstorage::text] order by attnum)
         from pg_attribute where attrelid = t and attnum > 0) as columns,
       (select json_agg(pg_get_constraintdef(oid) order by conname) from pg_constraint where conrelid = t) as constraints,
       (select json_agg(pg_get_triggerdef(oid)) from pg_trigger where tgrelid = t) as triggers
     from pg_class c, lateral (select c.oid::regclass as t) r where relkind = 'r' and relnamespace::regnamespace::text ~ '^(course|person)_' order by 1`,
  )
  return rows
}

it('a lake of an earlier version has the same tables as a new one after the first run, and keeps its rows and allow-lists', async () => {
  await applyAll(1)
  const fresh = await shape()
  expect(fresh).toHaveLength(10)
  await bench.admin.query(
    'drop schema course_raw, course_xform, course_curated, person_raw, person_xform, person_curated cascade; truncate tidemark.applied_schema',
  )
  await bench.admin.query(`${EARLIER} ${ROW}`)
  await applyAll(2)
  expect(await shape()).toEqual(fresh)
  expect((await bench.admin.query('select course_data from course_raw.course_data')).rows).toEqual([{ course_data: { title: 'Kept' } }])
  const lists = await bench.admin.query(`select paths from course_curated.course_schema_service_filters where service = 'courseCatalog'`)
  expect(lists.rows).toEqual([{ paths: ['/title'] }])
})
