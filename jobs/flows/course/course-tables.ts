import type { DocumentTables } from '#jobs/flows/documents/tables.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { hasContent } from '#lib/records/allow-list.ts'
import type { CourseKey } from './course-row.ts'

/** Where the courses are kept: sql/course.sql. Term details and the ids in `v2` are the key, not content. */
export const COURSE_TABLES: DocumentTables<CourseKey> = {
  name: 'course',
  raw: 'course_raw.course_data',
  current: 'course_xform.current_course_data',
  curated: 'course_curated.course_data_by_service',
  filters: 'course_curated.course_schema_service_filters',
  keys: [
    { column: 'academic_career', type: 'text', field: 'career' },
    { column: 'term_code', type: 'int', field: 'term' },
    { column: 'course_id', type: 'int', field: 'courseId' },
    { column: 'session_code', type: 'text', field: 'session' },
  ],
  document: 'course_data',
  insertedAt: 'dl_insert_date',
  groups: null,
  filterGroup: null,
  saysSomething(part) {
    if (!isJsonObject(part)) return false
    const { termDetails: _term, v2, ...content } = part
    if (hasContent(content)) return true
    if (!isJsonObject(v2)) return hasContent(v2)
    const { courseId: _course, sessionCode: _session, ...rest } = v2
    return hasContent(rest)
  },
  isServiceFirst: true,
}
