import { randomUUID } from 'node:crypto'
import { recordUnreachable } from '#lib/commands/probes/record-unreachable.ts'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAge, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { declare, link, look, runIs, seen } from './state-world.ts'

type Happens = (ctx: Context) => Promise<unknown>

/** The flow `load` writes the raw table, the view and the board are made of that; `build` writes something elsewhere; either writes people. */
function catalogue(ctx: Context, writer: 'load' | 'build') {
  const known = { blindAfterMs: null }
  return declare(ctx, [
    anAsset('raw', { ...known, policies: [], flow: 'load' }),
    anAsset('people', { ...known, policies: [anAge(3 * HOUR_MS, 6 * HOUR_MS, 'loadedAt')], flow: writer }),
    anAsset('view', { ...known, policies: [anAge(2 * HOUR_MS, 5 * HOUR_MS)] }),
    anAsset('board', { ...known, policies: [{ kind: 'upstream' }] }),
    anAsset('other', { ...known, connection: 'store', policies: [anAge(4 * HOUR_MS, 9 * HOUR_MS, 'loadedAt')], flow: 'build' }),
  ])
}

const run =
  (flow: 'load' | 'build', state: 'completed' | 'failed' | 'partial'): Happens =>
  (ctx) => {
    const [before, now] = [ctx.clock.now() - MINUTE_MS, ctx.clock.now()]
    return runIs(ctx, { id: randomUUID(), flow, state, scheduledFor: before, startedAt: before, endedAt: now })
  }
const viewArrives: Happens = (ctx) => look(ctx, [seen('lake/view', { writtenAt: ctx.clock.now() })])
const lakeIsUp: Happens = (ctx) => look(ctx, [])
/** It is declared down since the last good look: that is right before, so that nothing is told in between. */
const lakeIsDown: Happens = async (ctx) => {
  for (const failure of [2, 1, 0]) await recordUnreachable(ctx, 'lake', ctx.clock.now() - failure, 'no answer')
}

/** What happens after so many minutes, and is known as soon as it does: what is learnt late moves the past. */
const STORY: [minutes: number, happens: Happens][] = [
  [0, run('load', 'completed')],
  [0, run('build', 'completed')],
  [0, viewArrives],
  [70, (ctx) => link(ctx, ['people → view', 'view → board'])],
  [70, run('load', 'failed')],
  [70, run('build', 'failed')],
  [70, viewArrives],
  [10, run('load', 'completed')],
  [10, (ctx) => link(ctx, ['raw → view', 'view → board'])],
  [10, lakeIsUp],
  [70, lakeIsDown],
  [130, run('load', 'failed')],
  [70, (ctx) => catalogue(ctx, 'build')],
  [10, lakeIsUp],
  [10, viewArrives],
  [10, run('build', 'partial')],
  [300, () => Promise.resolve()],
]

/** Lets a day happen in which much goes wrong, for many reasons: statuses turn when they are due, and `onStep` is called after each thing that happens later than another. */
export async function tellStory(ctx: Context, clock: FakeClock, onStep: () => Promise<void>): Promise<void> {
  await catalogue(ctx, 'load')
  for (const [minutes, happens] of STORY) {
    clock.set(clock.now() + minutes * MINUTE_MS)
    await sweepDue(ctx)
    await happens(ctx)
    if (minutes > 0) await onStep()
  }
}
