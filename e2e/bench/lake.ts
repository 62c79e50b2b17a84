import { Client } from 'pg'
import { syntheticCourses } from '#demo/campus/courses/synthetic-courses.ts'
import { type CourseRow, readCourse } from '#jobs/flows/course/course-row.ts'
import { COURSE_TABLES } from '#jobs/flows/course/course-tables.ts'
import course from '#jobs/flows/course.ts'
import type { Curation } from '#jobs/flows/documents/curation.ts'
import { compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { mergeHistory } from '#jobs/flows/documents/merge-documents.ts'
import { copyIn } from '#lib/engine/lake/copy-in.ts'
import { type LakeWithCampus, lakeWithCampus } from '#lib/testing/runs/lake-runs.ts'
import { better, emptyTables, inOneTransaction } from './lake-session.ts'
import { against, type Figure, timed } from './report.ts'

const TERMS = ['2263', '2265', '2267', '2273']
const COURSES_PER_TERM = 12_500
const BATCH = 500
const ROUNDS = 2
const RUN = '00000000-0000-0000-0000-000000000000'
const KEY_COLUMNS = ['academic_career', 'term_code', 'course_id', 'session_code']
const RAW_COLUMNS = [...KEY_COLUMNS, 'course_data', 'dl_insert_date', 'version', 'content_hash', 'hash_version', 'run_id']

interface SentCourse {
  kind: 'course'
  termDetails: string
  text: string
}

function sentCourses(lake: LakeWithCampus): Map<string, SentCourse[]> {
  const source = syntheticCourses({ clock: lake.clock, seed: 1, termCount: 12, perTerm: COURSES_PER_TERM })
  return new Map(
    TERMS.map((term) => {
      const groups = [...source.groups(term)]
      const sent = groups.flatMap((group) => {
        const termDetails = JSON.stringify(group.termDetails)
        return [...group.courses()].map((each): SentCourse => ({ kind: 'course', termDetails, text: JSON.stringify(each) }))
      })
      return [term, sent] as const
    }),
  )
}

function prepare(sent: ReadonlyMap<string, SentCourse[]>, curation: Curation): CourseRow[] {
  const rows: CourseRow[] = []
  for (const [term, courses] of sent) {
    for (const each of courses) {
      const row = readCourse({ ...each, term: Number(term), curation, hashOf: () => undefined })
      if ('refused' in row) throw new Error(row.refused)
      rows.push(row)
    }
  }
  return rows
}

const keyOf = ({ key }: CourseRow): string[] => [key.career, String(key.term), String(key.courseId), key.session]

function rawLine(row: CourseRow): string[] {
  return [...keyOf(row), row.document(), '2026-11-20T07:00:00Z', '1', `\\x${row.hash}`, '1', RUN]
}

function* curatedLines(rows: readonly CourseRow[]): Generator<string[]> {
  for (const row of rows) for (const [service, document] of row.views().documents) yield [service, ...keyOf(row), document]
}

const TABLES = ['course_raw.course_data', 'course_xform.current_course_data', 'course_curated.course_data_by_service']

/** The plainest way to put the same rows into the same tables: no comparison, no ledger, nothing to resume. */
async function writePlainly(client: Client, rows: readonly CourseRow[]): Promise<void> {
  const columns = [...KEY_COLUMNS, 'course_data']
  await client.query(
    `create temp table sent (academic_career text, term_code int, course_id int, session_code text, course_data jsonb) on commit drop`,
  )
  await client.query(
    'create temp table curated (service text, academic_career text, term_code int, course_id int, session_code text, course_data jsonb) on commit drop',
  )
  await copyIn(
    client,
    'pg_temp.sent',
    columns,
    rows.map((row) => rawLine(row).slice(0, columns.length)),
  )
  const keys = KEY_COLUMNS.join(', ')
  const hash = 'sha256(course_data::text::bytea)'
  await client.query(`insert into course_raw.course_data select ${keys}, course_data, now(), 1, ${hash}, 1, '${RUN}' from sent`)
  await client.query(
    `insert into course_xform.current_course_data
     select ${keys}, course_data, now(), ${hash}, 1, 1, ${hash}, 'plain', now(), now(), '${RUN}', null from sent`,
  )
  await copyIn(client, 'pg_temp.curated', ['service', ...columns], curatedLines(rows))
  await client.query(`insert into course_curated.course_data_by_service select service, ${keys}, course_data, now() from curated`)
  await client.query(`insert into course_curated.course_data_by_service select 'full', ${keys}, course_data, now() from sent`)
}

async function rawStage(client: Client, rows: readonly CourseRow[]): Promise<number> {
  await emptyTables(client, TABLES)
  const ctx = { now: () => Date.parse('2026-11-20T07:00:00Z'), runId: RUN, lake: { copyIn } }
  const { ms } = await timed(async () => {
    for (const term of TERMS.map(Number)) {
      const ofTerm = rows.filter((row) => row.key.term === term)
      for (let start = 0; start < ofTerm.length; start += BATCH) {
        await client.query('begin')
        await mergeHistory(ctx, client, COURSE_TABLES, { part: term, rows: ofTerm.slice(start, start + BATCH) })
        await client.query('commit')
      }
    }
  })
  return ms
}

async function runFlow(lake: LakeWithCampus, sent: ReadonlyMap<string, SentCourse[]>): Promise<number> {
  const { ms, result } = await timed(() =>
    lake.run('course', course, {
      parameters: { terms: TERMS },
      extract: async function* (request) {
        yield* sent.get(String(request['term'])) ?? []
      },
    }),
  )
  if (result.state !== 'completed') throw new Error(`the course flow ended ${result.state}: ${result.internalProblem}`)
  return ms
}

/** Fifty thousand courses: the stages of the course load against the least PostgreSQL itself needs. Best of a few rounds each. */
export async function measureLake(): Promise<Figure[]> {
  const lake = await lakeWithCampus({})
  const sent = sentCourses(lake)
  await lake.run('course', course, {
    parameters: { terms: TERMS },
    extract: async function* (request) {
      yield* (sent.get(String(request['term'])) ?? []).slice(0, 1)
    },
  })
  const client = new Client({ connectionString: lake.url })
  await client.connect()
  const filters = await client.query('select service, paths from course_curated.course_schema_service_filters')
  const rows = prepare(sent, compileAllowLists(filters.rows, COURSE_TABLES.saysSomething))
  const best = { copy: Infinity, raw: Infinity, plain: Infinity, first: Infinity, again: Infinity }
  for (let round = 0; round < ROUNDS; round += 1) {
    const copy = () => copyIn(client, 'course_raw.course_data', RAW_COLUMNS, rows.map(rawLine))
    best.copy = await better(best.copy, () => inOneTransaction(client, TABLES, copy))
    best.raw = await better(best.raw, () => rawStage(client, rows))
    best.plain = await better(best.plain, () => inOneTransaction(client, TABLES, () => writePlainly(client, rows)))
    await emptyTables(client, TABLES)
    best.first = await better(best.first, () => runFlow(lake, sent))
    best.again = await better(best.again, () => runFlow(lake, sent))
  }
  await client.end()
  await lake.close()
  return [
    { name: `raw COPY of ${rows.length.toLocaleString('en')} courses`, value: `${(best.copy / 1000).toFixed(1)} s` },
    { name: 'course flow, first load', value: `${(best.first / 1000).toFixed(1)} s` },
    { name: 'course flow, unchanged', value: `${(best.again / 1000).toFixed(1)} s` },
    against('raw COPY ÷ raw stage', best.copy / best.raw, '', { atLeast: 0.6 }),
    against('plainest SQL ÷ whole pipeline', best.plain / best.first, '', { atLeast: 0.6 }),
    against('first load ÷ unchanged reload', best.first / best.again, '×', { atLeast: 3 }),
  ]
}
