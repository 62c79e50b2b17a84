import type { DocumentTables } from '#jobs/flows/documents/tables.ts'
import type { CourseKey } from './course-row.ts'

/** Where the courses are kept: sql/course.sql. */
export const COURSE_TABLES: DocumentTables<CourseKey> = {
  name: 'course',
  raw: 'course_raw.course_data',
  current: 'course_xform.current_course_data',
  curated: 'course_curated.course_data_by_service',
  keys: [
    { column: 'academic_career', type: 'text', field: 'career' },
    { column: 'term_code', type: 'int', field: 'term' },
    { column: 'course_id', type: 'int', field: 'courseId' },
    { column: 'session_code', type: 'text', field: 'session' },
  ],
  document: 'course_data',
  insertedAt: 'dl_insert_date',
  groups: null,
  isServiceFirst: true,
}
