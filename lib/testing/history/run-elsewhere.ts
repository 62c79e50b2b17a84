import fc from 'fast-check'
import { recordExternalRuns } from '#lib/commands/runs/record-external-runs.ts'
import type { Context } from '#lib/db/context.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { HOUR_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** A run of another system's job: how it ends, one end after the other, and how it is told. */
export const aRunElsewhere = fc.record({
  kind: fc.constant('job' as const),
  ends: fc.uniqueArray(fc.constantFrom('completed' as const, 'partial' as const, 'failed' as const, 'cancelled' as const), {
    minLength: 1,
    maxLength: 3,
  }),
  lastsMs: fc.integer({ min: 1, max: 3 * HOUR_MS }),
  lateMs: fc.constantFrom(0, MINUTE_MS, 30 * HOUR_MS),
  hasBegun: fc.boolean(),
  isScheduled: fc.boolean(),
  isElsewhere: fc.boolean(),
  rows: fc.constantFrom(0, 7, null),
})

type RunElsewhere = typeof aRunElsewhere extends fc.Arbitrary<infer R> ? R : never

/** Tells it while it goes on, and `lateMs` after its end with each of its ends. */
export async function playRunElsewhere(
  ctx: Context,
  { ends, lastsMs, lateMs, hasBegun, isScheduled, isElsewhere, rows, id, startedAt }: RunElsewhere & { id: string; startedAt: Instant },
  goTo: (instant: Instant) => Promise<void>,
): Promise<void> {
  const run: ExternalRun = {
    ...{ job: 'build', externalId: id, state: 'running', scheduledAt: isScheduled ? startedAt - HOUR_MS : null, startedAt },
    ...{ endedAt: null, error: null, rows, url: null, ...(isElsewhere && { writes: ['elsewhere'] }) },
  }
  if (hasBegun) await recordExternalRuns(ctx, 'lake', [run])
  const endedAt = startedAt + lastsMs
  await goTo(endedAt + lateMs)
  for (const state of ends) {
    await recordExternalRuns(ctx, 'lake', [{ ...run, state, endedAt }])
    await goTo(ctx.clock.now() + MINUTE_MS)
  }
}
