import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { changesOf, declare, link, look, seen, spansOf, stateOf, unseen } from '#lib/testing/history/state-world.ts'
import { recompute } from './recompute.ts'
import { sweepDue } from './sweep-due.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const patient = { blindAfterMs: 1000 * HOUR_MS }

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await createDatabaseAt(START))
})
afterEach(() => db.drop())

const from = (...paths: string[]): Partial<CatalogueAsset> => ({
  upstream: paths.map((path) => ({ key: `lake/${path}`, origin: 'declared' })),
})
const table = (path: string, own: Partial<CatalogueAsset> = {}) => anAsset(path, { ...patient, feed: 'tables', ...own })
const tile = (path: string, own: Partial<CatalogueAsset> = {}) =>
  anAsset(path, { kind: 'consumer', feed: 'tiles', policies: [{ kind: 'upstream' }], blindAfterMs: null, ...own })

async function sweepAt(instant: number): Promise<void> {
  clock.set(instant)
  await sweepDue(ctx)
}

async function explanationOf(key: string): Promise<unknown> {
  const { rows } = await ctx.pool.query('select a.verdict from asset a join subject s on s.id = a.subject_id where s.key = $1', [key])
  return rows[0]?.verdict
}

describe('what is as fresh as what it is made from', () => {
  test('turns with it, through what lies between, to the millisecond, and turns its feed', async () => {
    await declare(ctx, [table('orders'), tile('board', from('tile')), tile('tile', from('orders'))])
    await look(ctx, [seen('lake/orders', { writtenAt: START })])
    await sweepAt(START + 3 * HOUR_MS + 1)
    for (const [key, kind] of [
      ['lake/orders', 'asset'],
      ['lake/tile', 'asset'],
      ['lake/board', 'asset'],
      ['tiles', 'feed'],
    ] as const) {
      expect(await changesOf(ctx, key, kind)).toEqual(['10 12:00 – → unknown', '10 12:00 unknown → fresh', '10 15:00 fresh → late'])
    }
    expect(await spansOf(ctx, 'lake/board')).toEqual(['fresh/on-time 10 12:00–10 15:00', 'late/blocked 10 15:00–'])
    const { rows } = await ctx.pool.query(`select distinct at, recorded_at from status_change where to_status = 'late'`)
    expect(rows).toHaveLength(1)
    const next = await ctx.pool.query(`select next_change_at from subject where key in ('lake/tile', 'lake/board')`)
    expect(next.rows).toEqual([{ next_change_at: null }, { next_change_at: null }])
    clock.set(START + 4 * HOUR_MS)
    await look(ctx, [seen('lake/orders', { writtenAt: clock.now() })])
    expect((await spansOf(ctx, 'lake/board')).at(-1)).toBe('fresh/on-time 10 16:00–')
  })

  test('says what holds it back by its name within a service group, and by none beyond', async () => {
    await declare(ctx, [table('orders'), tile('near', from('orders')), tile('far', { feed: 'other', ...from('orders') })], {
      other: 'finance',
    })
    await look(ctx, [seen('lake/orders', { writtenAt: START - 4 * HOUR_MS })])
    const { rows } = await ctx.pool.query(`select id from subject where key = 'lake/orders'`)
    const blockedBy = rows.map(({ id }) => id)
    expect(await explanationOf('lake/near')).toMatchObject({ explanation: 'Late: orders is late.', blockedBy })
    expect(await explanationOf('lake/far')).toMatchObject({ explanation: 'Late: something it is made from is late.', blockedBy })
    const told = await ctx.pool.query(`select explanation from status_change c join subject s on s.id = c.subject_id where s.key = 'other'`)
    expect(JSON.stringify(told.rows)).not.toContain('orders')
  })

  test('is made from something else from the moment on at which the catalogue says so', async () => {
    const catalogue = (...paths: string[]) => [table('orders'), table('people'), tile('tile', from(...paths))]
    await declare(ctx, catalogue('orders'))
    await look(ctx, [seen('lake/orders', { writtenAt: START - 4 * HOUR_MS }), seen('lake/people', { writtenAt: START })])
    clock.set(START + HOUR_MS)
    await declare(ctx, catalogue('people'))
    clock.set(START + 2 * HOUR_MS)
    await declare(ctx, catalogue('people', 'orders'))
    expect(await spansOf(ctx, 'lake/tile')).toEqual([
      'late/blocked 10 12:00–10 13:00',
      'fresh/on-time 10 13:00–10 14:00',
      'late/blocked 10 14:00–',
    ])
    clock.set(START + 3 * HOUR_MS)
    await declare(ctx, [tile('tile')])
    expect((await spansOf(ctx, 'lake/tile')).at(-1)).toBe('unknown/no-time 10 15:00–')
  })

  test('is unknown while discovery says that it is made from itself, and no longer', async () => {
    await declare(ctx, [table('orders'), tile('a'), tile('b')])
    await look(ctx, [seen('lake/orders', { writtenAt: START })])
    for (const [hour, links] of [
      ['orders → a', 'a → b'],
      ['orders → a', 'a → b', 'b → a'],
      ['orders → b', 'b → a'],
    ].entries()) {
      clock.set(START + hour * HOUR_MS)
      await link(ctx, links)
    }
    const expected = ['fresh/on-time 10 12:00–10 13:00', 'unknown/blocked 10 13:00–10 14:00', 'fresh/on-time 10 14:00–']
    expect([await spansOf(ctx, 'lake/a'), await spansOf(ctx, 'lake/b')]).toEqual([expected, expected])
  })

  test('does not turn with its own connection, which nobody has to look through for it', async () => {
    const bi = { connection: 'bi', ...from('orders') }
    await declare(ctx, [table('orders'), tile('tile', bi)])
    await look(ctx, [seen('lake/orders', { writtenAt: START })])
    for (let minute = 0; minute <= 60; minute += 10) {
      clock.set(START + minute * MINUTE_MS)
      await recordUnreachable(ctx, 'bi', clock.now(), 'No answer.')
    }
    expect((await ctx.pool.query('select 1 from blind where connection_key = $1', ['bi'])).rowCount).toBe(1)
    expect(await spansOf(ctx, 'bi/tile')).toEqual(['fresh/on-time 10 12:00–'])
  })

  test('hides what breaks while it is worked on itself', async () => {
    await declare(ctx, [table('orders'), tile('tile', from('orders'))])
    await look(ctx, [seen('lake/orders', { writtenAt: START })])
    const subject = { kind: 'asset' as const, key: 'lake/tile' }
    await openWindow(ctx, { subject, kind: 'maintenance', from: START + HOUR_MS, to: START + 5 * HOUR_MS, note: null })
    await sweepAt(START + 3 * HOUR_MS + 1)
    await sweepAt(START + 5 * HOUR_MS)
    expect(await spansOf(ctx, 'lake/tile')).toEqual([
      'fresh/on-time 10 12:00–10 15:00',
      'maintenance/maintenance 10 15:00–10 17:00',
      'late/blocked 10 17:00–',
    ])
  })

  test('is judged by its own clock, too, and unknown where its system has no such thing', async () => {
    const both = [{ kind: 'upstream' as const }, anAge(HOUR_MS, 20 * HOUR_MS)]
    await declare(ctx, [table('orders'), tile('tile', { policies: both, ...patient, ...from('orders') })])
    await look(ctx, [seen('lake/orders', { writtenAt: START }), seen('lake/tile', { writtenAt: START })])
    await sweepAt(START + HOUR_MS + 1)
    expect(await spansOf(ctx, 'lake/tile')).toEqual(['fresh/on-time 10 12:00–10 13:00', 'late/overdue 10 13:00–'])
    clock.set(START + 2 * HOUR_MS)
    await look(ctx, [seen('lake/tile', { writtenAt: clock.now() })])
    for (const after of [1, 46]) {
      clock.set(START + 2 * HOUR_MS + after * 1000)
      await look(ctx, [unseen('lake/tile', 'gone')])
    }
    expect((await spansOf(ctx, 'lake/tile')).at(-1)).toBe('unknown/gone 10 14:00–')
  })

  test('a reason that changes and no status turns nothing', async () => {
    await declare(ctx, [table('orders'), tile('tile', from('orders'))])
    await look(ctx, [seen('lake/orders', { writtenAt: START })])
    const before = await ctx.pool.query(
      `select xmin::text, id from status_span p where subject_id = (select id from subject where key = 'lake/tile')`,
    )
    clock.set(START + HOUR_MS)
    await look(ctx, [seen('lake/orders', { loadedAt: clock.now() }, 0)])
    const after = await ctx.pool.query(
      `select xmin::text, id from status_span p where subject_id = (select id from subject where key = 'lake/tile')`,
    )
    expect(after.rows).toEqual(before.rows)
  })
})

test('workers that turn, link and sweep at once never wait for each other in a circle, and end where one would', async () => {
  const paths = Array.from({ length: 8 }, (_, n) => n)
  const assets = [
    ...paths.map((n) =>
      tile(`tile${n}`, { ...(n % 2 === 0 && { policies: [{ kind: 'upstream' }, anAge(2 * HOUR_MS, 9 * HOUR_MS)], ...patient }) }),
    ),
    ...paths.map((n) => table(`table${n}`)),
    ...paths.map((n) => tile(`board${n}`)),
  ]
  await declare(ctx, assets)
  const links = (shift: number) => paths.flatMap((n) => [`table${n} → tile${(n + shift) % 8}`, `tile${n} → board${(n * 3 + shift) % 8}`])
  await link(ctx, links(0))
  const workers = [0, 1, 2, 3, 4].map(async (worker) => {
    const own = db.context(clock)
    for (let turn = 0; turn < 6; turn += 1) {
      const n = (worker * 3 + turn) % 8
      const age = ((worker + turn) % 5) * HOUR_MS
      const looks = [seen(`lake/table${n}`, { writtenAt: START - age }), seen(`lake/tile${n & 6}`, { writtenAt: START - age })]
      await look(own, worker % 2 === 0 ? looks : looks.reverse())
      if (worker === 3) await link(own, links(turn))
      if (worker === 4) await sweepDue(own)
    }
  })
  await Promise.all(workers)
  await sweepDue(ctx)
  const { spans } = await stateOf(ctx)
  await ctx.pool.query('delete from status_span')
  await recompute(ctx, { withCurrentPolicy: false })
  expect((await stateOf(ctx)).spans).toEqual(spans)
})
