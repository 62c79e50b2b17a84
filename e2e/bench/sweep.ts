import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase } from '#lib/testing/database/database.ts'
import { fillBigDatabase } from './big-database.ts'
import { type Figure, timed } from './report.ts'

const NOW = Date.parse('2026-11-20T15:00:00Z')
const DUE = 100
const ROUNDS = 15

/** Ten thousand assets of which a hundred are due: what one sweep costs a worker that has swept before, and what it costs when nothing is. */
export async function measureSweep(): Promise<Figure[]> {
  const database = await createTestDatabase()
  const clock = new FakeClock(NOW)
  const ctx = database.context(clock)
  const filled = await timed(() => fillBigDatabase(ctx, clock, NOW, 'http://localhost:3000'))
  await ctx.pool.query('update subject set next_change_at = null where next_change_at <= $1', [new Date(NOW)])
  await ctx.pool.query('vacuum analyze')
  const idle = await timed(() => sweepDue(ctx, { limit: 1000 }))
  const due = filled.result.filter((_, index) => index % (filled.result.length / DUE) === 0)
  const sweeps: { ms: number; result: { swept: number } }[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await ctx.pool.query('update subject set next_change_at = $1 where id = any($2)', [new Date(NOW), due])
    sweeps.push(await timed(() => sweepDue(ctx, { limit: 1000 })))
  }
  await database.drop()
  const [first] = sweeps
  const median = sweeps.toSorted((a, b) => a.ms - b.ms)[Math.floor(ROUNDS / 2)]
  return [
    { name: '90 days of 10,000 assets rebuilt and rolled up', value: `${(filled.ms / 1000).toFixed(1)} s` },
    { name: 'sweep of 10,000 assets, none due', value: `${idle.ms.toFixed(1)} ms` },
    { name: `sweep of 10,000 assets, ${first?.result.swept} due, the first`, value: `${first?.ms.toFixed(0)} ms` },
    { name: `the same, median of ${ROUNDS}`, value: `${median?.ms.toFixed(0)} ms` },
  ]
}
