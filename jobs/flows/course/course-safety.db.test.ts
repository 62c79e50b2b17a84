import { randomUUID } from 'node:crypto'
import { Client, type ClientBase } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import course from '#jobs/flows/course.ts'
import { compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { mergeDocuments } from '#jobs/flows/documents/merge-documents.ts'
import { copyIn } from '#lib/engine/lake/copy-in.ts'
import { type LakeWithCampus, lakeWithCampus } from '#lib/testing/runs/lake-runs.ts'
import { type CourseRow, readCourse } from './course-row.ts'
import { COURSE_TABLES } from './course-tables.ts'

let lake: LakeWithCampus
const curation = compileAllowLists([{ service: 'titles', paths: ['/title'] }], COURSE_TABLES.saysSomething)

beforeAll(async () => {
  lake = await lakeWithCampus({ coursesPerTerm: 40 })
  await lake.run('course', course, { parameters: { terms: ['2265'] } })
})
afterAll(() => lake.close())
beforeEach(() => lake.rows('truncate course_raw.course_data, course_xform.current_course_data, course_curated.course_data_by_service'))

function row(id: number, title: string): CourseRow {
  const read = readCourse({
    termDetails: '{"academicCareer":"UGRD","term":{"code":"2267"}}',
    text: JSON.stringify({ title, v2: { courseId: String(id), sessionCode: '1' } }),
    term: 2267,
    curation,
    hashOf: () => undefined,
  })
  if ('refused' in read) throw new Error(read.refused)
  return read
}

const sessions: Client[] = []
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end())))

async function loader() {
  const client = new Client({ connectionString: lake.url })
  sessions.push(client)
  await client.connect()
  const { rows: session } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const context = {
    now: () => lake.clock.now(),
    runId: randomUUID(),
    lake: { copyIn, applySchema: nothing, query: nothing, once: nothing },
  }
  return {
    begin: () => client.query('begin'),
    merge: (rows: CourseRow[]) => mergeDocuments(context, client satisfies ClientBase, COURSE_TABLES, { part: 2267, rows }, curation),
    hold: (id: number) => client.query('select from course_xform.current_course_data where course_id = $1 for update', [id]),
    commit: () => client.query('commit'),
    async untilWaiting(work: Promise<unknown>): Promise<void> {
      const over = { yet: false }
      const end = () => {
        over.yet = true
      }
      work.then(end, end)
      while (!over.yet && (await lake.rows('select from pg_locks where not granted and pid = $1', [session[0]?.pid])).length === 0);
    },
  }
}
const nothing = () => Promise.reject(new Error('not needed here'))

const titles = (table: string) =>
  lake.rows<{ title: string; version: number }>(`select course_data->>'title' as title, version from ${table} order by course_id, version`)

describe('two loaders at the same time', () => {
  it('the one that commits last is the latest in history and in the current row', async () => {
    const [older, newer] = [await loader(), await loader()]
    await older.begin()
    await newer.begin()
    await newer.merge([row(1, 'X')])
    const waiting = older.merge([row(1, 'Y')])
    await older.untilWaiting(waiting)
    await newer.commit()
    await waiting
    await older.commit()
    expect(await titles('course_raw.course_data')).toEqual([
      { title: 'X', version: 1 },
      { title: 'Y', version: 2 },
    ])
    expect(await titles('course_xform.current_course_data')).toEqual([{ title: 'Y', version: 2 }])
    await newer.begin()
    expect(await newer.merge([row(1, 'X')])).toMatchObject({ changed: 1 })
    await newer.commit()
    expect(await titles('course_xform.current_course_data')).toEqual([{ title: 'X', version: 3 }])
  })

  it('the same new course is one row of history', async () => {
    const [one, two] = [await loader(), await loader()]
    await one.begin()
    await two.begin()
    await one.merge([row(1, 'X')])
    const waiting = two.merge([row(1, 'X')])
    await two.untilWaiting(waiting)
    await one.commit()
    expect(await waiting).toMatchObject({ fresh: 0, unchanged: 1 })
    await two.commit()
    expect(await titles('course_raw.course_data')).toHaveLength(1)
  })

  it.each(['new', 'old'])('overlapping batches in opposite order do not deadlock (with %s content)', async (content) => {
    const rows = (title: string) => Array.from({ length: 30 }, (_, index) => row(index, title))
    const [one, two, holder] = [await loader(), await loader(), await loader()]
    const merge = async (loading: typeof one, batch: CourseRow[]) => {
      await loading.begin()
      await loading.merge(batch)
      await loading.commit()
    }
    await merge(one, rows('old'))
    await holder.begin()
    await holder.hold(15)
    const first = merge(one, rows(content))
    await one.untilWaiting(first)
    const second = merge(two, rows(content).toReversed())
    await two.untilWaiting(second)
    await holder.commit()
    await Promise.all([first, second])
    expect(await lake.count('course_raw.course_data')).toBe(content === 'new' ? 60 : 30)
  })

  it('compares contents where the stored hash is of another version, and renews it', async () => {
    const one = await loader()
    await one.begin()
    await one.merge([row(1, 'X'), row(2, 'X')])
    await one.commit()
    await lake.rows("update course_xform.current_course_data set hash_version = 0, content_hash = '\\x00'")
    await one.begin()
    expect(await one.merge([row(1, 'X'), row(2, 'Y')])).toMatchObject({ fresh: 0, changed: 1, unchanged: 1 })
    await one.commit()
    expect(await lake.count('course_raw.course_data')).toBe(3)
    expect(await lake.count('course_xform.current_course_data', 'hash_version = 1 and length(content_hash) = 32')).toBe(2)
  })

  it('a row deleted by hand heals with the next load of the same content (4.10)', async () => {
    const one = await loader()
    const load = async () => {
      await one.begin()
      await one.merge([row(1, 'X')])
      await one.commit()
    }
    await load()
    await lake.rows('delete from course_xform.current_course_data')
    await lake.rows('delete from course_raw.course_data')
    await load()
    expect(await titles('course_xform.current_course_data')).toEqual([{ title: 'X', version: 1 }])
  })
})

describe('a run that is cut down and goes on', () => {
  it('loses nothing and doubles nothing', async () => {
    const runId = randomUUID()
    const records = await Array.fromAsync(all('2267'))
    const cutAfter = async function* (count: number) {
      for (const [index, record] of records.entries()) {
        if (index === count) throw new Error('killed')
        yield record
      }
    }
    const parameters = { terms: ['2267'], batchSize: 4 }
    for (const [attempt, count] of [3, 11, 26, 40].entries())
      await lake.run('course', course, { runId, attempt: attempt + 1, parameters, extract: () => cutAfter(count) })
    const end = await lake.run('course', course, { runId, attempt: 5, parameters, extract: () => cutAfter(1000) })
    expect(end.state).toBe('completed')
    expect(await lake.count('course_raw.course_data')).toBe(40)
    expect(await lake.count('course_xform.current_course_data', 'deleted_at is null')).toBe(40)
    expect(await lake.count('course_curated.course_data_by_service')).toBe(200)
  })

  it('counts what all of its attempts wrote, in whatever order the source answers', async () => {
    const run = { runId: randomUUID(), parameters: { terms: ['2267'], batchSize: 4 }, extract: () => all('2267') }
    await lake.rows(`create function stop_here() returns trigger language plpgsql as $$ begin raise 'stop' using errcode = '57014'; end $$`)
    await lake.rows(`create trigger stop_here before insert on course_raw.course_data for each row when (new.course_id = 30)
      execute function stop_here()`)
    expect((await lake.run('course', course, run)).state).toBe('failed')
    expect(await lake.count('course_raw.course_data')).toBeGreaterThan(0)
    await lake.rows('drop function stop_here cascade')
    const reversed = (await Array.fromAsync(all('2267'))).reverse()
    const again = async function* () {
      yield* reversed
    }
    expect(await lake.run('course', course, { ...run, attempt: 2, extract: again })).toMatchObject({
      state: 'completed',
      rowsLoaded: 40,
      report: { counts: { courses: 40, new: 40, unchanged: 0, 'curated rows written': 200 } },
    })
  })
})

async function* all(term: string): AsyncGenerator<unknown> {
  const answer = await fetch(`${lake.campus.courseUrl}?term=${term}`, { headers: { 'x-api-key': lake.campus.credentials.key } })
  const groups: { termDetails: unknown; courses: unknown[] }[] = JSON.parse(await answer.text())
  for (const group of groups)
    for (const one of group.courses) yield { kind: 'course', termDetails: JSON.stringify(group.termDetails), text: JSON.stringify(one) }
}
