import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pruneHistory } from '#lib/commands/status/prune-history.ts'
import { recompute } from '#lib/commands/status/recompute.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { listAssetsToObserve } from '#lib/db/catalogue/assets.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen, spansOf, unseen } from '#lib/testing/history/state-world.ts'
import { recordObservations } from './record-observations.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const patient = { blindAfterMs: 100_000 * HOUR_MS }

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})

afterEach(() => db.drop())

async function arrivals(): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ text: string }>(
    `select clock || ' ' || kind || ' ' || coalesce(to_char(at at time zone 'UTC', 'DD HH24:MI'), '–') as text from arrival order by id`,
  )
  return rows.map((row) => row.text)
}

describe('recording looks', () => {
  test('changes are stored, polls are not', async () => {
    await declare(ctx, [anAsset('a', patient)])
    for (const minutes of [0, 5, 10, 15]) {
      clock.set(START + minutes * MINUTE_MS)
      await look(ctx, [seen('lake/a', { writtenAt: START, dataThroughAt: START - DAY_MS }, 12)])
    }
    clock.set(START + HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: START + 50 * MINUTE_MS })])
    expect(await arrivals()).toEqual(['dataThroughAt arrival 09 12:00', 'writtenAt arrival 10 12:00', 'writtenAt arrival 10 12:50'])
    const { rows } = await ctx.pool.query('select probed_at, observation from asset join sight on asset_id = subject_id')
    expect(rows).toMatchObject([{ probed_at: new Date(START + HOUR_MS), observation: { lookedAt: START + HOUR_MS } }])
  })

  test('two clocks of one look may be known in two ways, and each is remembered with its own', async () => {
    await declare(ctx, [anAsset('a', patient)])
    const both = seen('lake/a', { writtenAt: START, dataThroughAt: START - DAY_MS })
    if (!both.ok) throw new Error('it is good')
    const counted = { method: 'counters', strength: 'weak' as const, detail: 'The counters moved.', costMs: 2 }
    const readings = both.readings.map((one) => (one.clock === 'writtenAt' ? { ...one, evidence: counted } : one))
    await look(ctx, [{ ...both, readings }])
    const { rows } = await ctx.pool.query(
      'select clock, method, strength from arrival join evidence e on e.id = evidence_id order by clock',
    )
    expect(rows).toMatchObject([
      { clock: 'dataThroughAt', method: 'column', strength: 'strong' },
      { clock: 'writtenAt', method: 'counters', strength: 'weak' },
    ])
  })

  test('an emptied table is stale, and its return an arrival', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: null })])
    clock.set(START + 2 * HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: START + HOUR_MS })])
    expect(await arrivals()).toEqual(['writtenAt arrival 10 12:00', 'writtenAt correction –', 'writtenAt arrival 10 13:00'])
  })

  test('a clock from the year 2099 does not stay green', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await look(ctx, [seen('lake/a', { writtenAt: Date.parse('2099-01-01T00:00:00Z') })])
    clock.set(START + 5 * HOUR_MS)
    await sweepDue(ctx)
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('late/future-data 10 15:00–')
  })

  test('a failed look only says that we tried', async () => {
    await declare(ctx, [anAsset('a', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + MINUTE_MS)
    expect(await look(ctx, [unseen('lake/a')])).toEqual({ seen: 0, failed: 1, arrivals: 0 })
    const { rows } = await ctx.pool.query('select probed_at, attempted_at, problem from asset join sight on asset_id = subject_id')
    expect(rows).toEqual([
      { probed_at: new Date(START), attempted_at: new Date(START + MINUTE_MS), problem: 'The table could not be read.' },
    ])
  })

  test('a failed look may be remembered all the same, and nothing was seen by it', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('b', patient)])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    const remembers = (key: string) => ({ ...unseen(key, 'gone'), state: { spent: 3 } })
    await look(ctx, [remembers('lake/a'), remembers('lake/b')])
    const known = async () => (await listAssetsToObserve(ctx.pool, 'lake')).map(({ previous, hasFailed }) => ({ previous, hasFailed }))
    const failed = { previous: { spent: 3 }, hasFailed: true }
    expect(await known()).toEqual([failed, failed])
    await look(ctx, [unseen('lake/a', 'gone')])
    expect(await known()).toEqual([failed, failed])
    const { rows } = await ctx.pool.query("select observation -> 'readings' is not null as seen from asset order by subject_id")
    expect(rows).toEqual([{ seen: true }, { seen: false }])
  })

  test('a look that comes in late, and an asset of another connection, are ignored', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('q', { connection: 'peoplesoft' })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    expect(await recordObservations(ctx, 'lake', START - HOUR_MS, [seen('lake/a', { writtenAt: START - DAY_MS })])).toMatchObject({
      seen: 0,
    })
    expect(await look(ctx, [seen('peoplesoft/q', { writtenAt: START })])).toMatchObject({ seen: 0 })
    expect(await recordObservations(ctx, 'nowhere', START, [seen('lake/a', {})])).toMatchObject({ seen: 0 })
  })

  test('what lies before the horizon goes, but for the last of each clock', async () => {
    await declare(ctx, [anAsset('a', patient), anAsset('b', { ...patient, policies: [anAge(5000 * DAY_MS, 6000 * DAY_MS)] })])
    await look(ctx, [seen('lake/b', { writtenAt: START })])
    for (const day of [0, 1, 2, 500, 501]) {
      clock.set(START + day * DAY_MS)
      await sweepDue(ctx)
      await look(ctx, [seen('lake/a', { writtenAt: clock.now() })])
    }
    clock.set(START + 501 * DAY_MS + HOUR_MS)
    const after = (await spansOf(ctx, 'lake/a')).slice(-3)
    expect(await pruneHistory(ctx)).toMatchObject({ arrival: 2 })
    expect(await arrivals()).toHaveLength(4)
    expect(await spansOf(ctx, 'lake/b')).toHaveLength(1)
    expect(await recompute(ctx, { withCurrentPolicy: false })).toMatchObject({ changes: 0 })
    expect((await spansOf(ctx, 'lake/a')).slice(-3)).toEqual(after)
  })
})

describe('the sweep', () => {
  test('one asset that cannot be worked out does not hold up the others', async () => {
    await declare(ctx, [anAsset('a'), anAsset('b')])
    await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START })])
    await ctx.pool.query(
      `update subject_version set settings = jsonb_set(settings, '{policies}', '[{"kind": "nonsense", "clock": null, "zone": "UTC"}]')
       where subject_id = (select id from subject where key = 'lake/a')`,
    )
    clock.set(START + 20 * MINUTE_MS)
    expect(await sweepDue(ctx)).toMatchObject({ swept: 2 })
    expect((await spansOf(ctx, 'lake/b')).at(-1)).toBe('unknown/probe-failed 10 12:15–')
    const { rows } = await ctx.pool.query(`select next_change_at from subject where key = 'lake/a'`)
    expect(rows).toEqual([{ next_change_at: new Date(START + 80 * MINUTE_MS) }])
  })

  test('it answers when to come back', async () => {
    await declare(ctx, [anAsset('a', patient)])
    expect((await sweepDue(ctx)).nextDueAt).toBeNull()
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    expect(await sweepDue(ctx)).toEqual({ swept: 0, nextDueAt: START + 3 * HOUR_MS + 1 })
  })
})
