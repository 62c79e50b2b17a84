import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import type { RunState } from '#lib/domain/runs/run.ts'
import type { ListedRun } from '#lib/queries/api/answers.ts'
import { getRunsPage } from '#lib/queries/pages/runs-page.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { getRunList } from './run-list.ts'

const ALL = { flow: null, system: null, state: null, before: null }
let database: TestDatabase
let ctx: Context
const clock = new FakeClock('2026-11-20T12:00:00Z')

async function addRun(flow: string, state: RunState, scheduledFor: string, attempt = 1): Promise<void> {
  const isOver = !['scheduled', 'overdue', 'running', 'crashed'].includes(state)
  await ctx.pool.query(
    `insert into run (id, flow, trigger, scheduled_for, created_at, state, attempt, started_at, ended_at)
     values (gen_random_uuid(), $1, 'schedule', $2::timestamptz, $2, $3, $4, case when $4 > 0 then $2::timestamptz end, case when $5 then $2::timestamptz + interval '1 min' end)`,
    [flow, `2026-11-${scheduledFor}Z`, state, attempt, isOver],
  )
}

const inWords = (runs: readonly ListedRun[]) => runs.map((run) => `${run.flow} ${run.state}`)

beforeAll(async () => {
  database = await createTestDatabase()
  ctx = database.context(clock)
  for (const name of ['term', 'course', 'person']) await insertFlow(ctx, { name, cron: '0 2 * * *' })
  await addRun('term', 'completed', '19T06:00')
  await addRun('course', 'failed', '19T06:00')
  await addRun('course', 'partial', '20T06:00')
  await addRun('term', 'completed', '20T06:00')
  await addRun('term', 'scheduled', '21T06:00', 0)
  await addRun('person', 'scheduled', '20T11:59', 0)
  await addRun('term', 'crashed', '20T09:00')
  await addRun('course', 'running', '20T11:00')
})
afterAll(() => database.drop())

describe('all runs', () => {
  test('begin with what is under way, then the ended ones, newest first; what is only planned is left out', async () => {
    const list = await getRunList(ctx, ALL)
    expect(inWords(list.underWay)).toEqual(['course running', 'term crashed', 'person scheduled'])
    expect(list.ended.map((run) => run.scheduledFor)).toEqual([20, 20, 19, 19].map((day) => Date.parse(`2026-11-${day}T06:00Z`)))
    expect(list.next).toBeNull()
  })

  test('are filtered by flow and by state', async () => {
    const courses = await getRunList(ctx, { ...ALL, flow: 'course' })
    expect([inWords(courses.underWay), inWords(courses.ended)]).toEqual([['course running'], ['course partial', 'course failed']])
    const failed = await getRunList(ctx, { ...ALL, state: 'failed' })
    expect([inWords(failed.underWay), inWords(failed.ended)]).toEqual([[], ['course failed']])
    const problems = await getRunList(ctx, { ...ALL, state: 'problems' })
    expect([inWords(problems.underWay), inWords(problems.ended)]).toEqual([['term crashed'], ['course partial', 'course failed']])
  })

  test('are those of one day by the clocks of the page', async () => {
    const at = (day: string) => getRunList(ctx, { ...ALL, day }).then(({ underWay, ended }) => inWords([...underWay, ...ended]).sort())
    expect(await at('2026-11-19')).toEqual(['course failed', 'term completed'])
    expect(await at('2026-11-18')).toEqual([])
    await ctx.whole.query("insert into setting (key, value) values ('page', $1)", [
      { name: 'Page', zone: 'Asia/Tokyo', readyBy: '08:00', url: null, demo: false },
    ])
    expect(await at('2026-11-20')).toEqual(['course partial', 'course running', 'person scheduled', 'term completed', 'term crashed'])
    await addRun('term', 'failed', '17T16:00')
    expect(await at('2026-11-18')).toEqual(['term failed'])
    await ctx.whole.query("delete from setting where key = 'page'; delete from run where state = 'failed' and flow = 'term'")
  })

  test('show planned ones to those who ask for them', async () => {
    expect(inWords((await getRunList(ctx, { ...ALL, state: 'scheduled' })).underWay)).toEqual(['person scheduled', 'term scheduled'])
  })

  test('come page by page, runs of the same moment included, each once', async () => {
    const seen: string[] = []
    let before: string | null = null
    for (let page = 0; page < 4; page += 1) {
      const list: Awaited<ReturnType<typeof getRunList>> = await getRunList(ctx, { ...ALL, before }, 1)
      expect(inWords(list.underWay)).toHaveLength(page === 0 ? 3 : 0)
      seen.push(...list.ended.map((run) => run.id))
      before = list.next
    }
    expect(before).toBeNull()
    expect(new Set(seen).size).toBe(4)
  })

  test('have a screen with the flows to choose from, before the first catalogue too', async () => {
    await ctx.pool.query(
      "update flow set removed_at = now() where name = 'person'; insert into flow (name, zone, removed_at) values ('never ran', 'UTC', now())",
    )
    const screen = await getRunsPage(ctx, ALL)
    expect(screen).toMatchObject({ page: null, flows: ['course', 'person', 'term'] })
    expect(screen.list.ended).toHaveLength(4)
  })
})

describe('runs of other systems', () => {
  const add = (job: string, id: string, state: RunState, startedAt: string, more = '') =>
    ctx.pool.query(
      `insert into external_run (connection_key, job, external_id, state, placed_at, started_at, ended_at, error, rows, url, told_by, told_at)
       values ('dbt', $1, $2, $3, $4::timestamptz, $4, case when $3 <> 'running' then $4::timestamptz + interval '10 min' end, $5, null, 'https://x.example', 'connection:dbt', $4)`,
      [job, id, state, `2026-11-${startedAt}Z`, more === '' ? null : more],
    )
  beforeAll(async () => {
    await add('nightly', '1', 'completed', '19T08:00')
    await add('nightly', '2', 'failed', '20T07:00', 'Database Error\n  relation "x" does not exist')
    await add('nightly', '3', 'running', '20T11:30')
    await add('term', '4', 'completed', '18T08:00')
  })

  test('stand among ours, with whose they are, their own words, and when they end if they take as long as usual', async () => {
    const { underWay, ended } = await getRunList(ctx, ALL)
    expect(inWords(underWay)).toEqual(['course running', 'nightly running', 'term crashed', 'person scheduled'])
    expect(underWay[1]).toMatchObject({ system: 'dbt', url: 'https://x.example', rowsLoaded: null, etaAt: Date.parse('2026-11-20T11:40Z') })
    expect(inWords(ended).filter((words) => /nightly|partial/.test(words))).toEqual([
      'nightly failed',
      'course partial',
      'nightly completed',
    ])
    expect(ended.map(({ scheduledFor }) => scheduledFor)).toEqual(ended.map(({ scheduledFor }) => scheduledFor).toSorted((a, b) => b - a))
    expect(ended[0]).toMatchObject({ system: 'dbt', problem: 'Database Error\n  relation "x" does not exist' })
    expect(ended.find(({ state }) => state === 'partial')).toMatchObject({ system: null, url: null })
  })

  test('are found by their system and job; a flow alone is ours', async () => {
    expect(inWords((await getRunList(ctx, { ...ALL, system: 'dbt' })).ended)).toEqual([
      'nightly failed',
      'nightly completed',
      'term completed',
    ])
    expect((await getRunList(ctx, { ...ALL, system: 'dbt', flow: 'term' })).ended).toMatchObject([{ system: 'dbt' }])
    expect((await getRunList(ctx, { ...ALL, flow: 'term' })).ended).toMatchObject([{ system: null }, { system: null }])
    expect(inWords((await getRunList(ctx, { ...ALL, system: 'dbt', state: 'problems' })).ended)).toEqual(['nightly failed'])
  })

  test('come page by page with ours', async () => {
    const seen: string[] = []
    for (let before: string | null = null; ; ) {
      const { ended, next }: Awaited<ReturnType<typeof getRunList>> = await getRunList(ctx, { ...ALL, before }, 2)
      seen.push(...ended.map(({ id }) => id))
      before = next
      if (before === null) break
    }
    expect(seen).toHaveLength(7)
    expect(seen).toEqual((await getRunList(ctx, ALL)).ended.map(({ id }) => id))
  })
})
