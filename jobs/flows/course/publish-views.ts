import type { ClientBase } from 'pg'
import { RESERVED_SERVICE } from '#lib/domain/allow-list.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { KEY_COLUMNS, KEYS_FROM_PARAMETERS, keyOf, keyParameters, keyValues } from './course-keys.ts'
import type { CourseKey } from './course-row.ts'
import type { Curation, Views } from './curation.ts'

export interface Published {
  /** Curated rows that are new or whose document differs. */
  written: number
  /** Curated rows of services that have nothing to show any more. */
  removed: number
}

interface Viewed {
  key: CourseKey
  views: Views
}

type Lake = { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }
const CURATED = 'course_curated.course_data_by_service'

/** Makes the curated rows of these courses what their views say. The documents of `full` come from the current table. */
export async function publishViews(
  ctx: Lake,
  sql: ClientBase,
  courses: readonly Viewed[],
  curation: Curation,
  at: Date,
): Promise<Published> {
  if (courses.length === 0) return { written: 0, removed: 0 }
  const full = await publishWhole(sql, courses, at)
  await sql.query(`create temp table if not exists course_viewed (
    service text, academic_career text, term_code int, course_id int, session_code text, course_data jsonb
  ) on commit delete rows`)
  await ctx.lake.copyIn(sql, 'pg_temp.course_viewed', ['service', ...KEY_COLUMNS, 'course_data'], viewLines(courses))
  const { rowCount } = await sql.query(
    `insert into ${CURATED} as t (service, ${KEY_COLUMNS.join(', ')}, course_data, modified_date)
     select v.service, ${keyOf('v')}, v.course_data, $1 from course_viewed v order by v.service, ${keyOf('v')}
     on conflict (service, ${KEY_COLUMNS.join(', ')}) do update
       set course_data = excluded.course_data, modified_date = excluded.modified_date
       where t.course_data is distinct from excluded.course_data`,
    [at],
  )
  return { written: full + (rowCount ?? 0), removed: await removeEmpty(sql, courses, curation) }
}

function* viewLines(courses: readonly Viewed[]): Generator<string[]> {
  for (const { key, views } of courses) {
    for (const [service, document] of views.documents) yield [service, ...keyValues(key), document]
  }
}

async function publishWhole(sql: ClientBase, courses: readonly Viewed[], at: Date): Promise<number> {
  const whole = courses.filter(({ views }) => views.full)
  const { rowCount } = await sql.query(
    `insert into ${CURATED} as t (service, ${KEY_COLUMNS.join(', ')}, course_data, modified_date)
     select '${RESERVED_SERVICE}', ${keyOf('c')}, c.course_data, $5
     from ${KEYS_FROM_PARAMETERS} as b (${KEY_COLUMNS.join(', ')})
     join course_xform.current_course_data c on (${keyOf('c')}) = (${keyOf('b')})
     order by ${keyOf('c')}
     on conflict (service, ${KEY_COLUMNS.join(', ')}) do update
       set course_data = excluded.course_data, modified_date = excluded.modified_date
       where t.course_data is distinct from excluded.course_data`,
    [...keyParameters(whole.map(({ key }) => key)), at],
  )
  return rowCount ?? 0
}

async function removeEmpty(sql: ClientBase, courses: readonly Viewed[], curation: Curation): Promise<number> {
  const empty: { service: string; key: CourseKey }[] = []
  for (const { key, views } of courses) {
    if (!views.full) empty.push({ service: RESERVED_SERVICE, key })
    for (const service of curation.services) {
      if (!views.documents.has(service)) empty.push({ service, key })
    }
  }
  if (empty.length === 0) return 0
  const { rowCount } = await sql.query(
    `delete from ${CURATED} t using unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[]) as b (${KEY_COLUMNS.join(', ')}, service)
     where (t.service, ${keyOf('t')}) = (b.service, ${keyOf('b')})`,
    [...keyParameters(empty.map(({ key }) => key)), empty.map(({ service }) => service)],
  )
  return rowCount ?? 0
}
