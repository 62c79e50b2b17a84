-- The courses of SnapLogic in the lake: raw → xform → curated. Idempotent; applied by the first run of the course flow that needs it.
create schema if not exists course_raw;
create schema if not exists course_xform;
create schema if not exists course_curated;

-- History, insert-only: one row for every version of a course. The highest version of a key is the latest; time stamps decide nothing.
create table if not exists course_raw.course_data (
  academic_career varchar(4) not null,
  term_code       integer not null,
  course_id       integer not null,
  session_code    varchar(3) not null,
  course_data     jsonb not null,
  dl_insert_date  timestamptz not null,
  version         integer not null,
  content_hash    bytea not null,
  hash_version    smallint not null,
  run_id          uuid not null,
  primary key (academic_career, term_code, course_id, session_code, version)
);

-- The courses as they are now. content_hash is the sha256 of the canonical form (lib/domain/canonical-form.ts) of that hash_version;
-- modified_date and version move when it does, last_seen_at moves with every load that met the course. source_hash is the sha256 of the
-- text as it was sent: equal text needs no further look. deleted_at is set while the source does not have the course. Rows are kept
-- short, documents beside them, so that noting "seen" rewrites a hundred bytes instead of a document.
create table if not exists course_xform.current_course_data (
  academic_career varchar(4) not null,
  term_code       integer not null,
  course_id       integer not null,
  session_code    varchar(3) not null,
  course_data     jsonb not null,
  modified_date   timestamptz not null,
  content_hash    bytea not null,
  hash_version    smallint not null,
  version         integer not null,
  source_hash     bytea not null,
  curated_with    text not null,
  first_loaded_at timestamptz not null,
  last_seen_at    timestamptz not null,
  last_seen_run   uuid not null,
  deleted_at      timestamptz,
  primary key (academic_career, term_code, course_id, session_code)
) with (toast_tuple_target = 128, fillfactor = 70);

-- What each service may read, filtered: one row per course and service that has anything to show. `full` is the whole document. A row is
-- written only when its document differs (modified_date), and goes when the course, the service or its content goes.
create table if not exists course_curated.course_data_by_service (
  service         varchar not null,
  academic_career varchar(4) not null,
  term_code       integer not null,
  course_id       integer not null,
  session_code    varchar(3) not null,
  course_data     jsonb not null,
  modified_date   timestamptz not null,
  primary key (service, academic_career, term_code, course_id, session_code)
);

-- The allow-lists: a service may read these paths and what is below them. `full` is reserved; a path looks like /sections/title.
-- A change takes effect with the next run of the course flow, for every course, whether or not it changed.
create table if not exists course_curated.course_schema_service_filters (
  service varchar primary key,
  paths   text[] not null,
  constraint service_is_a_word check (service ~ '^[A-Za-z][A-Za-z0-9_]*$'),
  constraint full_is_reserved check (lower(service) <> 'full'),
  constraint paths_are_paths check (
    cardinality(paths) > 0 and array_position(paths, null) is null
    and array_to_string(paths, E'\n') || E'\n' ~ E'^((/[^/\n]+)+\n)+$'
  )
);

insert into course_curated.course_schema_service_filters (service, paths) values
  ('courseCatalog', array[
    '/termDetails/academicCareer', '/termDetails/term', '/v2', '/college', '/department', '/number', '/title', '/titleLong', '/notes',
    '/enrollmentLimit', '/enrollmentLlimit', '/courseLevel', '/startDate', '/endDate']),
  ('courseSections', array[
    '/termDetails/academicCareer', '/termDetails/term', '/v2', '/college', '/department', '/number', '/title', '/titleLong',
    '/sections/section', '/sections/classNumber', '/sections/startDate', '/sections/endDate', '/sections/enrollmentCap',
    '/sections/enrollmentTotal', '/sections/lastEnrollmentDate', '/sections/lastDropDateWithPenalty',
    '/sections/lastDropDateWithoutPenalty', '/sections/suffix', '/sections/title', '/sections/description',
    '/sections/combinedSectionDescription', '/sections/combinedSection', '/sections/group', '/sections/sectionType',
    '/sections/credits', '/sections/creditVariance', '/sections/unitsMinimum', '/sections/unitsMaximum', '/sections/enrolledTotal',
    '/sections/topic', '/sections/associatedClass', '/sections/classEnrollmentStatus']),
  ('classDetails', array[
    '/termDetails/academicCareer', '/termDetails/term', '/sections/v2/instructionType', '/sections/v2/meetingDetails']),
  ('classRoster', array[
    '/termDetails/academicCareer', '/termDetails/term', '/sections/v2/roster'])
on conflict (service) do nothing;
