-- The courses of SnapLogic in the lake, in the tables of documents.sql. Idempotent; applied by the first run of the course flow that needs it.
select tidemark.create_document_tables(
  'course', array['academic_career varchar(4)', 'term_code integer', 'course_id integer', 'session_code varchar(3)'], service_first => true);

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
