import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { closeWindow } from '#lib/commands/windows/close-window.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { lockDueAssets, markDue } from '#lib/db/catalogue/subjects.ts'
import { type Context, closeContext } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aDeadline, anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, look, runIs, seen, spansOf, stateOf, unseen } from '#lib/testing/history/state-world.ts'
import { rebuild } from './rebuild.ts'
import { recompute } from './recompute.ts'
import { sweepDue } from './sweep-due.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`.replace(' ', 'T'))

beforeEach(async () => {
  await db?.drop()
  db = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = db.context(clock)
})

afterAll(async () => {
  await closeContext(ctx)
  await db.drop()
})

/** Looks at `lake/a` every five minutes up to an instant, always seeing the same, and sweeps. */
async function watch(until: string, writtenAt: number) {
  while (clock.now() < at(until)) {
    clock.set(Math.min(clock.now() + 5 * MINUTE_MS, at(until)))
    await look(ctx, [seen('lake/a', { writtenAt })])
    await sweepDue(ctx)
  }
}

describe('the live path', () => {
  test('a status turns at its deadline, whenever somebody notices, and is told once', async () => {
    await declare(ctx, [anAsset('a', { policies: [anAge()] })])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    await watch('10 16:03', START)
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 15:00', 'late/overdue 10 15:00–'])
    expect(await changesOf(ctx, 'lake/a')).toEqual(['10 12:00 – → unknown', '10 12:00 unknown → fresh', '10 15:00 fresh → late'])
    expect(await changesOf(ctx, 'terms', 'feed')).toEqual(await changesOf(ctx, 'lake/a'))
    expect(await changesOf(ctx, 'records', 'group')).toEqual(await changesOf(ctx, 'lake/a'))
    const { rows } = await ctx.pool.query(
      'select channel, c.to_status, c.explanation from outbox o join status_change c on c.id = o.change_id',
    )
    expect(rows).toEqual([{ channel: 'email', to_status: 'late', explanation: expect.stringContaining('a: ') }])
  })

  test('a status turns before what is due for longer and nobody has judged yet', async () => {
    await declare(
      ctx,
      ['a', 'b', 'c'].map((key) => anAsset(key, { policies: [anAge()] })),
    )
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    const { rows } = await ctx.pool.query(`select id, key from subject where kind = 'asset' order by key`)
    const [a, ...others] = rows.map(({ id }) => id)
    await markDue(ctx.pool, others, at('10 12:01'))
    await ctx.pool.query('update asset set verdict = null where subject_id = any($1)', [others])
    clock.set(at('10 15:01'))
    expect(await lockDueAssets(ctx.pool, clock.now(), 1)).toEqual([a])
    expect(await lockDueAssets(ctx.pool, clock.now(), 9)).toEqual([a, ...others])
  })

  test('who cannot be seen turns unknown at blindAfter; the first good look decides what was so', async () => {
    await declare(ctx, [anAsset('a')])
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    clock.set(at('10 12:10'))
    await look(ctx, [unseen('lake/a')])
    clock.set(at('10 12:20'))
    await sweepDue(ctx)
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 12:15', 'unknown/probe-failed 10 12:15–'])
    clock.set(at('10 16:00'))
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 15:00', 'late/overdue 10 15:00–'])
    expect((await changesOf(ctx, 'lake/a')).filter((change) => !change.startsWith('('))).toEqual([
      '10 12:00 – → unknown',
      '10 12:00 unknown → fresh',
      '10 12:15 fresh → unknown',
      '10 15:00 unknown → late',
    ])
    const { rows } = await ctx.pool.query('select from_at, to_at, reason from blind')
    expect(rows).toEqual([{ from_at: new Date(at('10 12:15')), to_at: new Date(at('10 16:00')), reason: 'probe-failed' }])
  })

  test('a connection declared down gives its assets their reason and takes it back', async () => {
    await declare(ctx, [anAsset('a'), anAsset('b')])
    await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START })])
    for (const minute of ['05', '10', '15', '20', '25']) {
      clock.set(at(`10 12:${minute}`))
      await recordUnreachable(ctx, 'lake', clock.now(), 'The database does not answer.')
      await sweepDue(ctx)
    }
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual(['fresh/on-time 10 12:00–10 12:15', 'unknown/source-unreachable 10 12:15–'])
    clock.set(at('10 12:30'))
    await look(ctx, [seen('lake/a', { writtenAt: START }), unseen('lake/b')])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–'])
    expect(await spansOf(ctx, 'lake/b')).toEqual(['fresh/on-time 10 12:00–10 12:15', 'unknown/probe-failed 10 12:15–'])
    expect(await spansOf(ctx, 'terms', 'feed')).toEqual(['fresh/on-time 10 12:00–10 12:15', 'unknown/probe-failed 10 12:15–'])
  })

  test('a restored backup turns late although its last load succeeded', async () => {
    await declare(ctx, [anAsset('a', { flow: 'term', policies: [aDeadline()], blindAfterMs: null })])
    clock.set(at('11 06:10'))
    await runIs(ctx, run('1', '11 06:00', 'completed', '11 06:10'))
    await look(ctx, [seen('lake/a', { writtenAt: at('11 06:09') })])
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('fresh/on-time 11 06:10–')
    clock.set(at('11 15:00'))
    await look(ctx, [seen('lake/a', { writtenAt: at('08 06:09') })])
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toMatch(/^(late|stale)\/old-data 11 15:00–$/)
  })

  test('a failed run is the reason once the deadline has passed, and a load with nothing new is idle', async () => {
    await declare(ctx, [anAsset('a', { flow: 'term', policies: [aDeadline()], blindAfterMs: null })])
    clock.set(at('11 06:10'))
    await runIs(ctx, { ...run('1', '11 06:00', 'completed', '11 06:10'), rowsLoaded: 0 })
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('fresh/idle 11 06:10–')
    clock.set(at('12 06:05'))
    await sweepDue(ctx)
    await runIs(ctx, run('2', '12 06:00', 'failed', '12 06:05'))
    clock.set(at('12 07:00'))
    await sweepDue(ctx)
    expect((await spansOf(ctx, 'lake/a')).slice(-3)).toEqual([
      'fresh/idle 11 06:10–12 06:00',
      'fresh/due 12 06:00–12 06:45',
      'late/run-failed 12 06:45–',
    ])
    await runIs(ctx, run('2', '12 06:00', 'failed', '12 06:05'))
    const { rows } = await ctx.pool.query('select count(*)::int as n from arrival')
    expect(rows).toEqual([{ n: 1 }])
  })

  test('maintenance hides what turns inside it, never what was broken before', async () => {
    await declare(ctx, [anAsset('a', { blindAfterMs: 100 * HOUR_MS }), anAsset('b', { feed: 'other', blindAfterMs: 100 * HOUR_MS })])
    await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START - 2 * HOUR_MS })])
    clock.set(at('10 13:30'))
    await sweepDue(ctx)
    const id = await openWindow(ctx, {
      subject: { kind: 'group', key: 'records' },
      kind: 'maintenance',
      from: at('10 14:00'),
      to: null,
      note: null,
    })
    clock.set(at('10 15:30'))
    await sweepDue(ctx)
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–10 15:00', 'maintenance/maintenance 10 15:00–'])
    expect((await spansOf(ctx, 'lake/b')).at(-1)).toBe('late/overdue 10 13:00–')
    clock.set(at('10 15:40'))
    await closeWindow(ctx, { windowId: id })
    expect((await spansOf(ctx, 'lake/a')).slice(-2)).toEqual(['maintenance/maintenance 10 15:00–10 15:40', 'late/overdue 10 15:40–'])
  })

  test('an outage that began before the work stays visible however late in the work it is looked at again', async () => {
    const policies = [anAge(3 * HOUR_MS, 60 * HOUR_MS, 'dataThroughAt')]
    await declare(ctx, [anAsset('a', { policies, blindAfterMs: 100 * HOUR_MS })])
    await look(ctx, [seen('lake/a', { dataThroughAt: START })])
    clock.set(at('10 15:30'))
    await sweepDue(ctx)
    await openWindow(ctx, { subject: null, kind: 'paused', from: at('10 15:30'), to: null, note: null })
    clock.set(at('10 16:00'))
    await look(ctx, [seen('lake/a', { dataThroughAt: at('10 12:30') })])
    clock.set(at('10 20:00'))
    const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where kind = 'asset'`)
    await rebuild(ctx, { assetIds: rows.map((row) => row.id), from: clock.now() })
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('late/overdue 10 15:00–')
  })

  test('a feed gives the reason of the asset that has been so longest, whatever that reason was before', async () => {
    const nightly = anAsset('a', { flow: 'term', policies: [aDeadline({ staleAfterMs: 90 * HOUR_MS })], blindAfterMs: null })
    await declare(ctx, [nightly, ...['b', 'c'].map((path) => anAsset(path, { blindAfterMs: 100 * HOUR_MS }))])
    await runIs(ctx, run('1', '10 11:50', 'completed', '10 12:00'))
    clock.set(at('11 05:00'))
    await look(ctx, [seen('lake/b', { writtenAt: at('11 04:00') }), seen('lake/c', { writtenAt: at('11 05:00') })])
    clock.set(at('11 07:30'))
    await sweepDue(ctx)
    await runIs(ctx, run('2', '11 07:10', 'failed', '11 07:30'))
    clock.set(at('11 08:30'))
    await sweepDue(ctx)
    expect((await spansOf(ctx, 'terms', 'feed')).slice(-2)).toEqual(['late/overdue 11 06:45–11 07:30', 'late/run-failed 11 07:30–'])
  })

  test('the run that ended last is the reason, however many were planned or asked for after it had been planned', async () => {
    await declare(ctx, [anAsset('a', { flow: 'term', policies: [aDeadline()], blindAfterMs: null })])
    for (const n of [1, 2, 3, 4, 5, 6]) {
      clock.set(at(`11 1${n}:00`))
      await runIs(ctx, run(`${n}`, `11 1${n}:00`, 'completed', `11 1${n}:00`))
    }
    clock.set(at('12 06:05'))
    await sweepDue(ctx)
    await runIs(ctx, run('7', '12 06:00', 'failed', '12 06:05'))
    await ctx.pool.query('update run set created_at = $1 where ended_at = $2', [new Date(at('11 06:00')), new Date(at('12 06:05'))])
    clock.set(at('12 07:00'))
    await sweepDue(ctx)
    expect((await spansOf(ctx, 'lake/a')).at(-1)).toBe('late/run-failed 12 06:45–')
  })

  test('rebuilding twice, or everything, changes nothing', async () => {
    await declare(ctx, [anAsset('a'), anAsset('b', { feed: 'other' })])
    await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START - HOUR_MS })])
    await watch('10 15:30', START)
    const before = await stateOf(ctx)
    expect(await recompute(ctx, { withCurrentPolicy: false })).toEqual({ assets: 2, changes: 0 })
    expect(await stateOf(ctx)).toEqual(before)
  })

  test('two rebuilds at once end as one does', async () => {
    await declare(ctx, [anAsset('a'), anAsset('b'), anAsset('c', { feed: 'other' })])
    await look(
      ctx,
      ['a', 'b', 'c'].map((path) => seen(`lake/${path}`, { writtenAt: START })),
    )
    clock.set(at('10 19:00'))
    const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where kind = 'asset' order by id desc`)
    const ids = rows.map((row) => row.id)
    const other = db.context(clock)
    await Promise.all([
      rebuild(ctx, { assetIds: ids, from: 0 }),
      rebuild(other, { assetIds: ids.toReversed(), from: START }),
      sweepDue(other),
      sweepDue(ctx),
    ])
    const changes = await changesOf(ctx, 'terms', 'feed')
    expect(new Set(changes).size).toBe(changes.length)
    const before = await stateOf(ctx)
    await recompute(ctx, { withCurrentPolicy: false })
    expect(await stateOf(ctx)).toEqual(before)
  })
})

function run(n: string, scheduledFor: string, state: 'completed' | 'failed', endedAt: string) {
  const startedAt = at(scheduledFor)
  return { id: `00000000-0000-4000-8000-00000000000${n}`, flow: 'term', state, scheduledFor: startedAt, startedAt, endedAt: at(endedAt) }
}
