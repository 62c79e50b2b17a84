import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { Cause } from '#lib/domain/lineage/causes/cause.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, link, look, runIs, seen } from '#lib/testing/history/state-world.ts'
import { causesAt } from './causes.ts'

const START = Date.parse('2026-11-10T00:00Z')
let database: TestDatabase
let clock: FakeClock
let ctx: Context
beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
})
afterAll(() => database.drop())

/** The flow `load` writes the raw table, the view and the board are made of that; `build` writes something elsewhere; either writes people. */
function catalogue(writer: 'load' | 'build') {
  const known = { blindAfterMs: null }
  return declare(ctx, [
    anAsset('raw', { ...known, policies: [], flow: 'load' }),
    anAsset('people', { ...known, policies: [anAge(3 * HOUR_MS, 6 * HOUR_MS, 'loadedAt')], flow: writer }),
    anAsset('view', { ...known, policies: [anAge(2 * HOUR_MS, 5 * HOUR_MS)] }),
    anAsset('board', { ...known, policies: [{ kind: 'upstream' }] }),
    anAsset('other', { ...known, connection: 'store', policies: [anAge(4 * HOUR_MS, 9 * HOUR_MS, 'loadedAt')], flow: 'build' }),
  ])
}

const run = (flow: 'load' | 'build', state: 'completed' | 'failed' | 'partial') => () => {
  const [before, now] = [clock.now() - MINUTE_MS, clock.now()]
  return runIs(ctx, { id: randomUUID(), flow, state, scheduledFor: before, startedAt: before, endedAt: now })
}
const viewArrives = () => look(ctx, [seen('lake/view', { writtenAt: clock.now() })])
const lakeIsUp = () => look(ctx, [])
/** It is declared down since the last good look: that is right before, so that nothing is told in between. */
const lakeIsDown = async () => {
  for (const failure of [2, 1, 0]) await recordUnreachable(ctx, 'lake', clock.now() - failure, 'no answer')
}

/** What happens after so many minutes, and is known as soon as it does: what is learnt late moves the past. */
const STORY: [minutes: number, happens: () => Promise<unknown>][] = [
  [0, run('load', 'completed')],
  [0, run('build', 'completed')],
  [0, viewArrives],
  [70, () => link(ctx, ['people → view', 'view → board'])],
  [70, run('load', 'failed')],
  [70, run('build', 'failed')],
  [70, viewArrives],
  [10, run('load', 'completed')],
  [10, () => link(ctx, ['raw → view', 'view → board'])],
  [10, lakeIsUp],
  [70, lakeIsDown],
  [130, run('load', 'failed')],
  [70, () => catalogue('build')],
  [10, lakeIsUp],
  [10, viewArrives],
  [10, run('build', 'partial')],
  [300, () => Promise.resolve()],
]

/** What is held back, and by what. */
async function held(at: Instant | null = null): Promise<Omit<Cause, 'atRisk'>[]> {
  return (await causesAt(ctx, at)).all.flatMap(({ atRisk: _, ...cause }) => (cause.status === null ? [] : [cause]))
}

test('the causes of an instant of the past are those that were told then', async () => {
  await catalogue('load')
  const live: [Instant, Omit<Cause, 'atRisk'>[]][] = []
  for (const [minutes, happens] of STORY) {
    clock.set(clock.now() + minutes * MINUTE_MS)
    await sweepDue(ctx)
    await happens()
    if (minutes > 0) live.push([clock.now(), await held()])
  }
  clock.set(clock.now() + HOUR_MS)
  for (const [at, told] of live) expect([at, await held(at)]).toEqual([at, told])
  const roots = live.map(([, told]) => told.map(({ key, heldIds }) => `${key.replace(/asset:.*/, 'asset')} ${heldIds.length}`).join(', '))
  expect(roots).toEqual([
    ...['', 'asset 2', 'asset 2, flow:load 1', 'flow:load 1, flow:build 1', 'flow:build 1', 'flow:build 1', 'flow:build 1', 'flow:build 1'],
    ...['flow:build 1, connection:lake 3', 'flow:build 2, connection:lake 3', 'flow:build 2, asset 1, asset 1', 'flow:build 2, asset 1'],
    ...['asset 1', 'asset 1, asset 1, asset 1, asset 1'],
  ])
})
