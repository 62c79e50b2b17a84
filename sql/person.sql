-- People in the lake, in the tables of documents.sql. Idempotent; applied by the first run of the person flow that needs it.
-- Nobody but the owner may read any of it; grant each reader the curated table behind a view of its own service, never more.
create schema if not exists person_raw;

-- The second fence: the loader takes sensitive fields out, and no table takes a document in which one is left, at any depth, in lists
-- too, in whatever case. jsonb prints a member's name always as "name": and every quote inside a text as \", so the text tells.
create or replace function person_raw.holds_sensitive_field(document jsonb) returns boolean
  language sql immutable parallel safe
  return document::text collate "C" ~* '"(ssn|socialsecuritynumber|sexualorientation|finaid|finaidreceived)":';

create or replace function person_raw.refuse_sensitive_field() returns trigger language plpgsql as $$
begin
  raise exception 'a document with a sensitive field was kept out of %.%', tg_table_schema, tg_table_name using errcode = 'check_violation';
end
$$;
revoke all on function person_raw.holds_sensitive_field, person_raw.refuse_sensitive_field from public;

-- populations says whom the sources take the person for, sorted; a resident is also a student and one of the staff an employee. Whoever
-- belongs to one whose list a run does not ask for is left alone by it.
select tidemark.create_document_tables(
  'person', array['bu_uid varchar'], service_first => false, groups => 'populations', fence => 'not person_raw.holds_sensitive_field(person_data)');
revoke all on schema person_raw, person_xform, person_curated from public;

-- People a run could not load, until somebody does: what a replay starts from. `reason` holds words, never an id.
create table if not exists person_raw.postponed_person (
  run_id       uuid not null,
  bu_uid       varchar not null,
  populations  text[] not null,
  stage        text not null check (stage in ('terms', 'person', 'missing', 'load')),
  reason       text not null,
  postponed_at timestamptz not null,
  primary key (run_id, bu_uid)
);
create index if not exists postponed_person_bu_uid on person_raw.postponed_person (bu_uid);

-- What the pseudonyms of people in logs and rejections are salted with: one row, made once, different in every lake.
create table if not exists person_raw.pseudonym_salt (
  is_only boolean primary key default true check (is_only),
  salt    bytea not null
);
insert into person_raw.pseudonym_salt (salt)
select sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea) on conflict do nothing;

-- Only documents go beside the row.
alter table person_xform.current_person_data alter column populations set storage plain, alter column content_hash set storage plain,
  alter column source_hash set storage plain, alter column curated_with set storage plain;

-- A trigger and no constraint: a constraint would read the document again whenever somebody is noted as seen.
create or replace trigger no_sensitive_field after insert or update of person_data on person_xform.current_person_data
  for each row when (person_raw.holds_sensitive_field(new.person_data)) execute function person_raw.refuse_sensitive_field();

-- An allow-list of one population is for its people alone.
alter table person_curated.person_schema_service_filters add column if not exists population text;
alter table person_curated.person_schema_service_filters
  drop constraint if exists person_schema_service_filters_population_check,
  add constraint person_schema_service_filters_population_check
    check (population in ('student', 'resident', 'employee', 'staff', 'affiliate', 'faculty'));
revoke all on all tables in schema person_raw, person_xform, person_curated from public;

with
  contact as (select array[
    '/email/type', '/email/address', '/email/isPreferred', '/phone/type', '/phone/number', '/phone/isPreferred'] as paths),
  class as (select array[
    'course', 'section', 'enrollmentStatus/description', 'campus/description', 'details/instructionType/description',
    'details/instructor/firstName', 'details/instructor/lastName', 'details/instructor/email', 'details/location', 'details/calendar'] as names),
  degree as (select array[
    'academicCareer', 'academicGroup', 'academicOrganization', 'academicPlan', 'college/description', 'program/description',
    'degree/description'] as names),
  service (service, population, has_contact, has_degree, has_class, paths) as (values
    ('bioDemo', null, false, false, false, array['/personBasic/names', '/personBasic/birthDate', '/personBasic/pronouns']),
    ('emergencyContact', null, false, false, false, array['/personDetails/emergencyContact']),
    ('affiliateContactInfo', 'affiliate', true, false, false, array['/affiliateInfo/address']),
    ('affiliateDepartment', 'affiliate', true, false, false, array[
      '/affiliateInfo/address', '/affiliateInfo/department', '/affiliateInfo/unit', '/affiliateInfo/organizationalUnit',
      '/affiliateInfo/organizationalUnitParent']),
    ('affiliateGeneric', 'affiliate', true, false, false, array[
      '/affiliateInfo/address', '/affiliateInfo/affiliateType', '/affiliateInfo/affiliateAssignment', '/affiliateInfo/assignmentBeginDate',
      '/affiliateInfo/assignmentEndDate', '/affiliateInfo/personalArea', '/affiliateInfo/personalSubArea']),
    ('affiliateSupervisor', 'affiliate', true, false, false, array[
      '/affiliateInfo/address', '/affiliateInfo/supervisorID', '/affiliateInfo/sponsorID']),
    ('employeeAcademic', 'employee', true, false, false, array['/employeeInfo/positions/positionInfo/academic']),
    ('employeeContactInfo', 'employee', true, false, false, array[
      '/employeeInfo/address', '/employeeInfo/positions/positionInfo/office']),
    ('employeeDepartment', 'employee', true, false, false, array[
      '/employeeInfo/positions/positionInfo/department/unit', '/employeeInfo/positions/positionInfo/department/department',
      '/employeeInfo/positions/positionInfo/department/departmentName',
      '/employeeInfo/positions/positionInfo/department/organizationalUnit',
      '/employeeInfo/positions/positionInfo/department/organizationalUnitDescription']),
    ('employeeGeneric', 'employee', true, false, false, array[
      '/employeeInfo/address', '/employeeInfo/positions/positionInfo/basicData']),
    ('employeeSupervisor', 'employee', true, false, false, array['/employeeInfo/positions/positionInfo/supervisor']),
    ('student', 'student', true, false, false, array[
      '/personBasic/names', '/personBasic/birthDate', '/personDetails/emergencyContact', '/studentInfo/address',
      '/studentInfo/academicProgress', '/studentInfo/studentSemester/studentSemesterInfo/registrationStatus',
      '/studentInfo/studentSemester/studentSemesterInfo/withdrawalStatus',
      '/studentInfo/studentSemester/studentSemesterInfo/currentClassYear',
      '/studentInfo/studentSemester/studentSemesterInfo/certification',
      '/studentInfo/studentSemester/studentSemesterInfo/certificationApproved',
      '/studentInfo/studentSemester/studentSemesterInfo/projectedGraduationDate']),
    ('studentAdmissionHistory', 'student', false, false, false, array['/studentInfo/admissionHistory']),
    ('studentAdvisor', 'student', false, false, false, array['/studentInfo/advisor']),
    ('studentClass', 'student', false, false, true, '{}'),
    ('studentContactInfo', 'student', true, false, false, array['/studentInfo/address']),
    ('studentDegreeProgram', 'student', false, true, false, '{}'),
    ('studentGPA', 'student', false, false, false, array[
      '/studentInfo/studentSemester/studentSemesterInfo/academicTerm', '/studentInfo/studentSemester/studentSemesterInfo/academicCareer',
      '/studentInfo/studentSemester/studentSemesterInfo/currentGpa', '/studentInfo/studentSemester/studentSemesterInfo/cumulativeGpa',
      '/studentInfo/studentSemester/studentSemesterInfo/unitsTermTotal',
      '/studentInfo/studentSemester/studentSemesterInfo/unitsCumulative']),
    ('studentGeneralInfo', 'student', true, false, false, array[
      '/personBasic/names', '/personBasic/birthDate', '/personBasic/pronouns', '/studentInfo/address', '/personDetails/emergencyContact']),
    ('studentGeneric', 'student', true, true, true, array[
      '/personBasic/names', '/personBasic/birthDate', '/personDetails/emergencyContact',
      '/studentInfo/studentSemester/studentSemesterInfo/academicTerm', '/studentInfo/studentSemester/studentSemesterInfo/academicCareer']),
    ('studentGroups', 'student', false, false, false, array['/personDetails/group']),
    ('studentTestScores', 'student', false, false, false, array['/studentInfo/testResults'])
  )
insert into person_curated.person_schema_service_filters (service, population, paths)
select s.service, s.population,
  array['/personid'] || case when s.has_contact then c.paths else '{}' end || s.paths
    || case when s.has_degree
         then array(select '/studentInfo/studentSemester/studentSemesterInfo/degreeProgram/' || name from unnest(d.names) as name) else '{}' end
    || case when s.has_class
         then array(select '/studentInfo/studentSemester/studentSemesterInfo/studentClass/' || name from unnest(k.names) as name) else '{}' end
from service s, contact c, class k, degree d
on conflict (service) do nothing;
