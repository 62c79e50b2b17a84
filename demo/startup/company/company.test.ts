import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningCloud, startDbtCloud } from '#demo/startup/dbt-cloud.ts'
import { BOARDS, EXPLORES } from '#demo/startup/looker/start-up.ts'
import { startUpWorld } from '#demo/startup/looker/world.ts'
import { SnowflakeControl } from '#demo/startup/snowflake/control.ts'
import { startupTables } from '#demo/startup/snowflake/tables.ts'
import dbt from '#lib/connectors/dbt.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { Company } from './company.ts'
import { MODELS, SOURCES, sourceId } from './models.ts'
import { toTold } from './replay.ts'
import { jobRuns, STARTUP_FAULTS } from './runs.ts'

const FIRST_START = Date.parse('2026-11-20T17:00:00Z')
const tables = new Map(startupTables(FIRST_START).map((table) => [`${table.schema}.${table.name}`, table]))

describe('what the start-up has', () => {
  it('is four folders, twelve dashboards, ninety tiles and forty tables, one made from the other', () => {
    expect(new Set(BOARDS.map(([folder]) => folder))).toEqual(new Set(['Sales', 'Marketing', 'Finance', 'Product']))
    expect(BOARDS).toHaveLength(12)
    expect(BOARDS.reduce((tiles, [, , , measures, by]) => tiles + measures.length * by.length, 0)).toBe(90)
    expect(tables.size).toBe(40)
    const shown = Object.values(EXPLORES).flatMap(({ table, joins = {} }) => [table, ...Object.values(joins)].filter((name) => name !== ''))
    expect(shown.filter((name) => !tables.has(name.replace('ANALYTICS.', '')))).toEqual([])
    expect(MODELS.filter(({ relation }) => !tables.has(relation))).toEqual([])
    const known = new Set([...MODELS.map(({ id }) => id), ...Object.keys(SOURCES).map(sourceId)])
    expect(MODELS.flatMap(({ from }) => from).filter((id) => !known.has(id))).toEqual([])
    for (const { relation, name } of MODELS) expect(tables.get(relation)?.type === 'VIEW', relation).toBe(name.startsWith('stg_'))
  })

  it('has a job for each model that ever failed', () => {
    for (const { job, model } of STARTUP_FAULTS) expect(MODELS.find(({ name }) => name === model)?.job, model).toBe(job)
  })
})

describe('its runs', () => {
  const from = FIRST_START - 90 * DAY_MS
  it('are the same in one piece and in two, the later ones with the greater numbers', () => {
    const whole = jobRuns({ from, to: FIRST_START, firstStart: FIRST_START })
    const middle = FIRST_START - 30 * DAY_MS - 7 * MINUTE_MS
    const two = [
      { from, to: middle },
      { from: middle, to: FIRST_START },
    ].flatMap((stretch) => jobRuns({ ...stretch, firstStart: FIRST_START }))
    expect(two).toEqual(whole)
    expect(whole.map(({ id }) => id)).toEqual([...new Set(whole.map(({ id }) => id))].sort((a, b) => a - b))
    expect(new Set(whole.filter(({ failed }) => failed !== null).map(({ job }) => job))).toEqual(
      new Set(STARTUP_FAULTS.map(({ job }) => job)),
    )
  })

  let running: RunningCloud
  beforeAll(async () => {
    running = await startDbtCloud({ account: 1, token: 't' })
  })
  afterAll(() => running.close())

  it('are told of the past as dbt Cloud tells them when it is asked', async () => {
    const clock = new FakeClock(FIRST_START)
    const systems = {
      snowflake: new SnowflakeControl(clock, [...tables.values()]),
      looker: { world: startUpWorld() },
      cloud: running.cloud,
    }
    const company = new Company(systems, FIRST_START)
    company.advance(FIRST_START)
    const settings = dbt.settings.parse({ account: 1, host: running.url, token: 't', jobs: [102, 201, 301] })
    const connection = { key: 'dbt', settings, clock, log: silentLog, signal: new AbortController().signal }
    const since = FIRST_START - 36 * HOUR_MS
    const asked = await withSession(dbt, connection, (session) => Array.fromAsync(session.runs?.(since) ?? []))
    const own = jobRuns({ from: since - HOUR_MS, to: FIRST_START, firstStart: FIRST_START }).filter(({ job }) =>
      [102, 201, 301].includes(job),
    )
    const told = own
      .filter(({ endedAt }) => endedAt >= since)
      .map((run) => {
        const { toldBy: _by, toldAt: _at, attempt: _attempt, writes = [], ...rest } = toTold(run, FIRST_START)
        return { ...rest, writes: writes.filter((path) => path.startsWith('model.')).sort() }
      })
    const byId = (a: { externalId: string }, b: { externalId: string }) => Number(a.externalId) - Number(b.externalId)
    expect(asked.map(({ writes = [], ...run }) => ({ ...run, writes: [...writes].sort() })).sort(byId)).toEqual(told.sort(byId))
    expect(asked.filter(({ state }) => state === 'failed')).toHaveLength(2)

    // Somebody ran the payments again before the demo was off: it goes on from there.
    const before = jobRuns({ from, to: since, firstStart: FIRST_START }).findLast(({ job, failed }) => job === 102 && failed === null)
    expect(systems.snowflake.table('RAW.PAYMENTS').lastAltered).toBe(before?.endedAt)
    const again = { id: 9_000_000_000, job: 102, startedAt: FIRST_START - HOUR_MS, endedAt: FIRST_START - HOUR_MS + MINUTE_MS }
    company.remember([again, ...own])
    expect(systems.snowflake.table('RAW.PAYMENTS').lastAltered).toBe(again.endedAt)
    expect(running.cloud.runs.filter(({ id }) => id === again.id)).toMatchObject([{ status: 10, job: 102 }])
    company.advance(FIRST_START + MINUTE_MS)
    expect(running.cloud.runs.filter(({ job }) => job === 102).at(-1)).toMatchObject({ id: again.id, status: 10 })
  })
})
