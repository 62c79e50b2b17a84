import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { insertFlow, setRunState } from '#lib/testing/runs/flow-rows.ts'
import { inOrder, runFlowsOnce } from './first-runs.ts'

const flow = (name: string, after: string[] = []) => ({ name, after })

describe('the order of the first runs', () => {
  it('has each flow once, after those it reads from', () => {
    const flows = [
      flow('a-late-one', ['zebra']),
      flow('library-patrons', ['person']),
      flow('person', ['term']),
      flow('term'),
      flow('zebra'),
    ]
    expect(inOrder(flows)).toEqual(['term', 'person', 'library-patrons', 'zebra', 'a-late-one'])
  })
})

describe('on the first start', () => {
  let database: TestDatabase
  let clock: FakeClock
  let ctx: Context

  beforeEach(async () => {
    database = await createTestDatabase()
    clock = new FakeClock('2026-11-20T17:00:00Z')
    ctx = database.context(clock)
    for (const name of ['aa', 'bb', 'cc', 'facilities-work-orders']) await insertFlow(ctx, { name, cron: '0 2 * * *' })
  })
  afterEach(() => database.drop())

  async function workUntil(done: Promise<void>, states: Record<string, 'completed' | 'failed'>): Promise<string[]> {
    const order: string[] = []
    let isDone = false
    void done.then(() => {
      isDone = true
    })
    while (!isDone) {
      const { rows } = await ctx.pool.query<{ id: string; flow: string }>("select id, flow from run where state = 'scheduled'")
      expect(rows.length).toBeLessThan(2)
      for (const { id, flow: name } of rows) {
        order.push(name)
        await setRunState(ctx, id, states[name] ?? 'completed', clock.now())
      }
      await clock.advance(SECOND_MS)
    }
    return order
  }

  it('every flow is asked for once, one after the other, whatever becomes of it, but the one that is left to be reloaded', async () => {
    const never = new AbortController().signal
    expect(await workUntil(runFlowsOnce(ctx, never), { bb: 'failed' })).toEqual(['aa', 'bb', 'cc'])
    expect(await workUntil(runFlowsOnce(ctx, never), {})).toEqual([])
  })

  it('nothing more is asked for once the demo stops', async () => {
    const stopping = new AbortController()
    stopping.abort()
    await runFlowsOnce(ctx, stopping.signal)
    expect((await ctx.pool.query('select 1 from run')).rowCount).toBe(0)
  })
})
