import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { recordExternalRuns } from '#lib/commands/runs/record-external-runs.ts'
import { recompute } from '#lib/commands/status/recompute.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { loadIncidentRoots } from '#lib/db/messages/incident-facts.ts'
import type { Presence } from '#lib/domain/connections/pulse.ts'
import { DAY_MS, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { getIncidents } from '#lib/queries/incidents/incidents.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, seen, spansOf, stateOf, unseen } from '#lib/testing/history/state-world.ts'
import { claimPulse, recordPulse } from './record-pulse.ts'
import { recordUnreachable } from './record-unreachable.ts'

let db: TestDatabase
let ctx: Context
let clock: FakeClock
const START = Date.parse('2026-11-10T12:00:00Z')
const GONE: Presence = { answer: 'gone', problem: 'The database lake is gone.' }
const UNHEARD: Presence = { answer: 'unheard', problem: 'Nothing answers there.' }
const GOOD: Presence = { answer: 'good' }
const second = (seconds: number) => START + seconds * SECOND_MS

beforeEach(async () => {
  db = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = db.context(clock)
  await declare(ctx, [
    anAsset('a', { policies: [anAge(3 * HOUR_MS, DAY_MS, 'writtenAt')], blindAfterMs: 2 * HOUR_MS }),
    anAsset('b', { policies: [anAge(3 * HOUR_MS, DAY_MS, 'loadedAt')], blindAfterMs: 2 * HOUR_MS, job: 'lake/build' }),
    anAsset('c', { policies: [anAge(3 * HOUR_MS, DAY_MS, 'writtenAt')], blindAfterMs: 2 * HOUR_MS }),
  ])
  await ctx.pool.query('update connection_state set next_pulse_at = $1', [new Date(START)])
  await look(ctx, [seen('lake/a', { writtenAt: START }), seen('lake/b', { writtenAt: START }), seen('lake/c', { writtenAt: START })])
  await buildEnds(START)
})
afterEach(() => db.drop())

async function goTo(instant: Instant): Promise<void> {
  for (let { nextDueAt } = await sweepDue(ctx); nextDueAt !== null && nextDueAt <= instant; { nextDueAt } = await sweepDue(ctx))
    clock.set(Math.max(nextDueAt, clock.now() + 1))
  clock.set(instant)
  await sweepDue(ctx)
}

async function pulseAt(instant: Instant, seenThen: Presence) {
  await goTo(instant)
  return recordPulse(ctx, 'lake', seenThen, instant)
}

/** The job that writes `b` says that it went well. */
async function buildEnds(at: Instant) {
  await goTo(at)
  const run = { job: 'build', externalId: `run-${at}`, state: 'completed' as const, scheduledAt: null, startedAt: at - 1, endedAt: at }
  await recordExternalRuns(ctx, 'lake', [{ ...run, error: null, rows: null, url: null }])
}

async function expectLawful(): Promise<void> {
  const live = await stateOf(ctx)
  await ctx.pool.query('delete from status_span')
  await recompute(ctx, { withCurrentPolicy: false })
  expect((await stateOf(ctx)).spans).toEqual(live.spans)
}

const connection = async () =>
  (await ctx.pool.query('select is_gone, problem, failures, next_probe_at <= $1 as due from connection_state', [new Date(clock.now())]))
    .rows[0]
const last = async (key: string) => (await spansOf(ctx, `lake/${key}`)).at(-1)

describe('a database that is gone', () => {
  test('is gone with all that lay in it, twice said, from the first time on', async () => {
    expect(await pulseAt(second(60), GONE)).toMatchObject({ isDown: false })
    expect(await pulseAt(second(75), GONE)).toMatchObject({ isDown: false })
    expect(await last('a')).toMatch(/^fresh/)
    expect(await pulseAt(second(90), GONE)).toEqual({ isDown: true, hasBegun: true })
    expect(await Promise.all(['a', 'b'].map(last))).toEqual(['unknown/gone 10 12:01–', 'unknown/gone 10 12:01–'])
    expect(await connection()).toMatchObject({ is_gone: true, problem: 'The database lake is gone.', failures: 1 })
    await expectLawful()
  })

  test('is told nothing by those who write to it: their success is no freshness', async () => {
    await pulseAt(second(60), GONE)
    await pulseAt(second(90), GONE)
    await buildEnds(second(120))
    expect(await last('b')).toBe('unknown/gone 10 12:01–')
    await pulseAt(second(135), GONE)
    await buildEnds(second(150))
    expect(await last('b')).toBe('unknown/gone 10 12:01–')
  })

  test('lets deadlines pass, however long nothing but pulses asks for it', async () => {
    await pulseAt(second(60), GONE)
    await pulseAt(second(90), GONE)
    await goTo(START + 4 * HOUR_MS)
    expect(await last('a')).toBe('late/gone 10 15:00–')
    await expectLawful()
  })

  test('was gone until somebody got in, and what was there before it vanished counts where it is there again', async () => {
    await pulseAt(second(60), GONE)
    await pulseAt(second(90), GONE)
    await pulseAt(second(300), GOOD)
    expect(await connection()).toMatchObject({ due: true })
    await look(ctx, [seen('lake/a', { writtenAt: START }), unseen('lake/b', 'gone'), seen('lake/c', { writtenAt: null })])
    expect(await last('a')).toBe('fresh/on-time 10 12:05–')
    expect(await last('b')).toBe('unknown/gone 10 12:01–')
    expect(await last('c')).toMatch(/^stale\/empty/)
    await expectLawful()
  })

  test('is gone no longer than until somebody gets in, whatever that system does later, and was so in the incident of then', async () => {
    await pulseAt(second(60), GONE)
    await pulseAt(second(90), GONE)
    await followIncidents(ctx)
    const told = async () => {
      const { open, days } = await getIncidents(ctx, { feed: null, before: null }, 'UTC')
      const [line] = [...open, ...days.flatMap(({ incidents }) => incidents)]
      const roots = line === undefined ? [] : await loadIncidentRoots(ctx.pool, line.id)
      return [line?.endedAt, ...(line?.roots ?? []), ...roots].map((one) => (typeof one === 'object' ? one?.isGone === true : one != null))
    }
    expect(await told()).toEqual([false, true, true])
    await goTo(second(300))
    await look(
      ctx,
      ['a', 'b', 'c'].map((key) => seen(`lake/${key}`, { writtenAt: START })),
    )
    expect(await connection()).toMatchObject({ is_gone: false })
    await followIncidents(ctx)
    await goTo(second(300) + HOUR_MS)
    await followIncidents(ctx)
    expect(await told()).toEqual([true, true, true])
  })

  test('is no other than it was for a look that is refused otherwise meanwhile', async () => {
    await pulseAt(second(60), GONE)
    await recordUnreachable(ctx, 'lake', second(70), 'The server does not answer.')
    await pulseAt(second(90), GONE)
    await pulseAt(second(105), UNHEARD)
    await pulseAt(second(140), UNHEARD)
    expect(await last('a')).toBe('unknown/gone 10 12:01–')
    expect(await connection()).toMatchObject({ is_gone: true })
  })
})

describe('a server at whose address nobody listens', () => {
  test('leaves nothing in sight, from the first time on, whatever its writers tell', async () => {
    await pulseAt(second(60), UNHEARD)
    await pulseAt(second(90), UNHEARD)
    await buildEnds(second(120))
    expect(await Promise.all(['a', 'b'].map(last))).toEqual([
      'unknown/source-unreachable 10 12:01–',
      'unknown/source-unreachable 10 12:01–',
    ])
    expect(await connection()).toMatchObject({ is_gone: false })
    await expectLawful()
  })

  test('was only out of sight: what is seen once it is back counts for all that time', async () => {
    await pulseAt(second(60), UNHEARD)
    await pulseAt(second(90), UNHEARD)
    await goTo(START + 10 * MINUTE_MS)
    await look(ctx, [seen('lake/a', { writtenAt: START })])
    expect(await spansOf(ctx, 'lake/a')).toEqual(['fresh/on-time 10 12:00–'])
    await expectLawful()
  })

  test('is gone with its database where it comes back without it', async () => {
    await pulseAt(second(60), UNHEARD)
    await pulseAt(second(90), UNHEARD)
    await pulseAt(second(120), GONE)
    await pulseAt(second(150), GONE)
    expect(await last('a')).toBe('unknown/gone 10 12:02–')
    expect(await connection()).toMatchObject({ is_gone: true })
  })
})

test('a pulse is one worker’s, and nobody’s before it is due', async () => {
  expect(await Promise.all([claimPulse(ctx, 'lake'), claimPulse(ctx, 'lake')])).toEqual(expect.arrayContaining([true, false]))
  await recordPulse(ctx, 'lake', GOOD, START)
  clock.set(second(9))
  expect(await claimPulse(ctx, 'lake')).toBe(false)
  clock.set(second(10))
  expect(await claimPulse(ctx, 'lake')).toBe(true)
  expect(await claimPulse(ctx, 'nowhere')).toBe(false)
})

test('a pulse that gets in as ever leaves looks that fail by themselves at their own pace', async () => {
  await recordUnreachable(ctx, 'lake', START, 'The account may not read there.')
  await ctx.pool.query('update connection_state set next_probe_at = $1', [new Date(START + HOUR_MS)])
  await pulseAt(second(10), GOOD)
  expect(await connection()).toMatchObject({ failures: 1, due: false })
  await pulseAt(second(20), UNHEARD)
  await pulseAt(second(30), GOOD)
  expect(await connection()).toMatchObject({ due: true })
})

test('a database that is back is looked at once, not at each pulse until a look gets in, and again when it had been away again', async () => {
  await pulseAt(second(60), GONE)
  await pulseAt(second(90), GONE)
  const isDueAfter = async (seconds: number, seenThen: Presence) => {
    await ctx.pool.query('update connection_state set next_probe_at = $1', [new Date(START + HOUR_MS)])
    await pulseAt(second(seconds), seenThen)
    return (await connection()).due
  }
  expect(await isDueAfter(100, GOOD)).toBe(true)
  expect(await isDueAfter(110, GOOD)).toBe(false)
  expect(await isDueAfter(120, GOOD)).toBe(false)
  expect(await isDueAfter(130, GONE)).toBe(false)
  expect(await isDueAfter(140, GOOD)).toBe(true)
  expect(await isDueAfter(150, GOOD)).toBe(false)
})

test('a pulse is no look: what lies there is as long unseen as it was, and its end is dated by both', async () => {
  await pulseAt(second(30), GOOD)
  const { rows: looked } = await ctx.pool.query('select ok_at from connection_state')
  expect(looked).toEqual([{ ok_at: new Date(START) }])
  await pulseAt(second(60), GONE)
  await pulseAt(second(90), GONE)
  const { rows } = await ctx.pool.query('select from_at, seen_at from blind where connection_key is not null')
  expect(rows).toEqual([{ from_at: new Date(second(30)), seen_at: new Date(second(60)) }])
})
