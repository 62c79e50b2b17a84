import type { ClientBase } from 'pg'
import { RESERVED_SERVICE } from '#lib/domain/allow-list.ts'
import { isJsonObject, parseJson } from '#lib/domain/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { GO_BY_KEY, KEY_COLUMNS, KEYS_FROM_PARAMETERS, keyOf, keyParameters } from './course-keys.ts'
import type { CourseKey } from './course-row.ts'
import type { Curation } from './curation.ts'
import { type Published, publishViews } from './publish-views.ts'

const TASK = 'curate anew'
const BATCH = 250

type Work = Pick<FlowContext<unknown>, 'lake' | 'now' | 'log' | 'signal'>

interface Step extends Published {
  last: CourseKey | null
}

/**
 * Makes the curated rows of all courses again that were made with other allow-lists than today's, whatever the source
 * does; rows of services that no longer exist go first. Writes only what differs.
 */
export async function curateAnew(ctx: Work, curation: Curation): Promise<Published> {
  const stale = await ctx.lake.query(
    'select from course_xform.current_course_data where curated_with <> $1 and deleted_at is null limit 1',
    [curation.fingerprint],
  )
  const total: Published = { written: 0, removed: 0 }
  if (stale.length === 0) return total
  ctx.log.info('The allow-lists of the services have changed: all courses are curated anew.')
  total.removed += await ctx.lake.once(TASK, `${curation.fingerprint}/services`, (sql) => withdrawServices(sql, curation))
  for (let after: CourseKey | null = null; ; ) {
    const from: CourseKey | null = after
    const step: Step = await ctx.lake.once(TASK, `${curation.fingerprint}/${JSON.stringify(from)}`, (sql) =>
      curateNext(ctx, sql, curation, from),
    )
    total.written += step.written
    total.removed += step.removed
    if (step.last === null) return total
    after = step.last
  }
}

async function withdrawServices(sql: ClientBase, curation: Curation): Promise<number> {
  const { rowCount } = await sql.query('delete from course_curated.course_data_by_service where service <> all ($1)', [
    [...curation.services, RESERVED_SERVICE],
  ])
  return rowCount ?? 0
}

interface StaleRow {
  career: string
  term: number
  courseId: number
  session: string
  document: string
}

async function curateNext(ctx: Work, sql: ClientBase, curation: Curation, after: CourseKey | null): Promise<Step> {
  await sql.query(`select ${GO_BY_KEY}`)
  const { rows } = await sql.query<StaleRow>(
    `select c.academic_career as career, c.term_code as term, c.course_id as "courseId", c.session_code as session, c.course_data::text as document
     from course_xform.current_course_data c
     where c.curated_with <> $1 and c.deleted_at is null and ($2::text is null or (${keyOf('c')}) > ($2::text, $3::int, $4::int, $5::text))
     order by ${keyOf('c')} limit ${BATCH} for update`,
    [curation.fingerprint, after?.career ?? null, after?.term ?? null, after?.courseId ?? null, after?.session ?? null],
  )
  const courses = rows.map(({ document, ...key }) => {
    const course = parseJson(document)
    return { key, views: curation.views(isJsonObject(course) ? course : {}) }
  })
  const published = await publishViews(ctx, sql, courses, curation, new Date(ctx.now()))
  await sql.query(
    `update course_xform.current_course_data c set curated_with = $5
     from ${KEYS_FROM_PARAMETERS} as b (${KEY_COLUMNS.join(', ')}) where (${keyOf('c')}) = (${keyOf('b')})`,
    [...keyParameters(courses.map(({ key }) => key)), curation.fingerprint],
  )
  return { ...published, last: rows.length < BATCH ? null : (courses.at(-1)?.key ?? null) }
}
