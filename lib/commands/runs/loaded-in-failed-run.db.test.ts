import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { loadRecords } from '#lib/db/runs/reload-scope.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { getExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import { LAST_RUNS_OF_FEEDS } from '#lib/queries/runs/last-run.ts'
import { aDeadline, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, spansOf } from '#lib/testing/history/state-world.ts'
import { recordExternalRuns, recordLoadsBefore } from './record-external-runs.ts'

/** 00:00 in New York; the deadline there is 01:00 with 45 minutes of grace. */
const START = Date.parse('2026-11-20T05:00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context

const written = (path: string) => anAsset(path, { policies: [aDeadline({ cron: '0 1 * * *' })], blindAfterMs: null, job: 'lake/nightly' })
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
})
afterEach(() => database.drop())

const tell = (own: Partial<ExternalRun>) => {
  clock.set(Math.max(clock.now(), START + 80 * MINUTE_MS))
  return recordExternalRuns(ctx, 'lake', [
    {
      ...{ job: 'nightly', externalId: '7', state: 'failed', scheduledAt: START + HOUR_MS, startedAt: START + HOUR_MS + MINUTE_MS },
      ...{ endedAt: START + 80 * MINUTE_MS, error: 'no such column', rows: null, url: null, ...own },
    },
  ])
}
const arrivals = async (path: string) => {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select clock || ' ' || to_char(at at time zone 'UTC', 'HH24:MI') || ' by ' || source as text
     from arrival a join subject s on s.id = a.asset_id where s.key = 'lake/' || $1 order by a.id`,
    [path],
  )
  return rows.map(({ text }) => text)
}
const last = async (path: string) => (await spansOf(ctx, `lake/${path}`)).at(-1)
const sweepUntil = async (end: number) => {
  for (let due = clock.now(); due <= end; due = (await sweepDue(ctx)).nextDueAt ?? Number.POSITIVE_INFINITY) clock.set(due)
}
const LOADED = ['loadedAt 06:20 by job:lake']

describe('a run of another system that failed as a whole', () => {
  it('has loaded what it built to its end, and nothing else', async () => {
    await declare(ctx, ['broken', 'built', 'silent'].map(written))
    const failed = { writes: ['broken'], loaded: ['built'] }
    expect(await tell(failed)).toEqual({ runs: 1, arrivals: 1, unusable: 0 })
    expect([await arrivals('built'), await arrivals('broken'), await arrivals('silent')]).toEqual([LOADED, [], []])
    await sweepUntil(START + 3 * HOUR_MS)
    expect(await last('built')).toBe('fresh/on-time 20 06:20–')
    expect(await last('broken')).toMatch(/^late\/run-failed/)
    expect(await last('silent')).toMatch(/^late\/overdue/)
    await tell({ writes: ['broken', 'built'], loaded: [] })
    expect(await arrivals('built')).toEqual([])
    expect(await last('built')).toMatch(/^late/)
  })

  it('is no bad run for the feed all of whose assets it loaded, and its page tells both apart', async () => {
    await declare(ctx, ['broken', 'built'].map(written))
    const lastRuns = async () => (await ctx.pool.query(LAST_RUNS_OF_FEEDS, [null])).rows.map(({ last_run }) => last_run.state)
    await tell({ writes: ['broken'], loaded: ['built'] })
    expect(await lastRuns()).toEqual(['failed'])
    const { rows } = await ctx.pool.query<{ id: string }>('select id::text from external_run')
    const page = await getExternalRunPage(ctx, rows[0]?.id ?? '')
    expect([page?.writes, page?.loaded]).toMatchObject([[{ key: 'lake/broken' }], [{ key: 'lake/built' }]])
    await tell({ externalId: '8', scheduledAt: START + 70 * MINUTE_MS, writes: [], loaded: ['built', 'broken'] })
    expect(await lastRuns()).toEqual(['completed'])
    await tell({ externalId: '8', scheduledAt: START + 70 * MINUTE_MS, writes: ['built'] })
    expect(await lastRuns()).toEqual(['failed'])
  })

  it('is a good run for what it loaded, so that an earlier one that failed explains nothing any more', async () => {
    await declare(ctx, [{ ...written('built'), policies: [aDeadline({ clock: 'writtenAt' })] }])
    await tell({ externalId: '6', endedAt: START + 70 * MINUTE_MS, writes: ['built'] })
    await tell({ writes: ['broken'], loaded: ['built'] })
    await sweepUntil(START + 3 * HOUR_MS)
    expect(await last('built')).toMatch(/^late\/overdue/)
  })

  it('tells an asset that comes to name its job of a load only where it loaded that', async () => {
    await declare(ctx, [{ ...written('built'), job: 'lake/other' }])
    await tell({ writes: ['broken'], loaded: ['built'] })
    await declare(ctx, ['built', 'broken', 'silent'].map(written))
    expect(await recordLoadsBefore(ctx, 'lake')).toBe(1)
    expect(await arrivals('built')).toEqual(LOADED)
  })
})

describe('a run of another system that took away what its job had loaded', () => {
  const good = { state: 'completed', endedAt: START + 80 * MINUTE_MS, error: null } as const
  const emptied = { ...good, externalId: '8', scheduledAt: null, endedAt: START + 90 * MINUTE_MS, empties: true, writes: [] } as const
  const tellLater = (own: Partial<ExternalRun>) => {
    clock.set(Math.max(clock.now(), START + 100 * MINUTE_MS))
    return tell(own)
  }

  it('leaves nothing fresh, from its end until the next load, and is told once', async () => {
    await declare(ctx, [written('prices')])
    await tell(good)
    expect(await last('prices')).toBe('fresh/on-time 20 06:20–')
    expect(await tellLater(emptied)).toEqual({ runs: 1, arrivals: 1, unusable: 0 })
    expect(await last('prices')).toBe('stale/empty 20 06:30–')
    expect(await tellLater(emptied)).toEqual({ runs: 0, arrivals: 0, unusable: 0 })
    await tellLater({ ...good, externalId: '9', scheduledAt: null, startedAt: null, endedAt: START + 95 * MINUTE_MS })
    expect((await spansOf(ctx, 'lake/prices')).slice(-2)).toEqual(['stale/empty 20 06:30–20 06:35', 'fresh/on-time 20 06:35–'])
  })

  it.each(['failed', 'running'] as const)('does nothing of the kind where it has %s', async (state) => {
    await declare(ctx, [written('prices')])
    await tell(good)
    await tellLater({ ...emptied, state, endedAt: state === 'failed' ? emptied.endedAt : null })
    expect(await last('prices')).toBe('fresh/on-time 20 06:20–')
  })

  it('has taken it from an asset that comes to name the job later, too', async () => {
    await declare(ctx, [{ ...written('prices'), job: 'lake/other' }])
    await tell(good)
    await tellLater(emptied)
    await declare(ctx, [written('prices')])
    expect(await recordLoadsBefore(ctx, 'lake')).toBe(1)
    expect(await last('prices')).toMatch(/^stale\/empty/)
  })

  it('says nothing of how long its job takes, nor that it goes well', async () => {
    await declare(ctx, [written('prices')])
    await tell({ ...good, startedAt: START + 70 * MINUTE_MS })
    await tellLater({ ...emptied, startedAt: START + 85 * MINUTE_MS })
    const { rows } = await ctx.pool.query<{ id: string }>("select id::text from external_run where external_id = '8'")
    const page = await getExternalRunPage(ctx, rows[0]?.id ?? '')
    expect(page).toMatchObject({ usualMs: 10 * MINUTE_MS, writes: [], loaded: [], emptied: [{ key: 'lake/prices' }] })
    const [record] = await loadRecords(ctx.pool, [{ kind: 'job', name: 'lake/nightly' }])
    expect(record).toMatchObject({ durationsMs: [10 * MINUTE_MS] })
  })
})
