import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { listConnectionAssets } from '#lib/db/catalogue/assets.ts'
import { noteConnectionFailure } from '#lib/db/catalogue/connections.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { lockPulse, noteAbsence, storePulse, takePulse } from '#lib/db/catalogue/pulses.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { openSureGap } from '#lib/db/history/blind.ts'
import { beginGone } from '#lib/db/history/lasting-answers.ts'
import { type Absence, hearPulse, nextPulseAt, type Presence } from '#lib/domain/connections/pulse.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Takes the due pulse of a connection for this worker; false when it is not due (any more), or another worker has it. */
export function claimPulse(ctx: Context, connection: string): Promise<boolean> {
  return takePulse(ctx.pool, connection, ctx.clock.now())
}

/**
 * Records whether the database of a connection is there. Once it was said twice that it is not, the connection is down for sure: one gap for it, and nothing that
 * lies there is fresh, whatever is told of it. Where somebody gets in again, all is looked at at once, and once: looks that fail by themselves keep their own pace.
 * Answers whether it is down for sure, and since this pulse.
 */
export function recordPulse(
  ctx: Context,
  connection: string,
  seen: Presence,
  at: Instant,
): Promise<{ isDown: boolean; hasBegun: boolean }> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const state = await lockPulse(sql, connection)
    if (state === undefined) return { isDown: false, hasBegun: false }
    const heard = hearPulse(state.hearsay, seen.answer, at)
    const isGood = seen.answer === 'good'
    const { inForce, suspected } = state.hearsay
    const isBackSince = inForce !== null && (state.pulseOkAt ?? 0) > inForce.from
    const looksNow = isGood && (suspected !== null || (inForce !== null && !isBackSince))
    const nextAt = Math.max(nextPulseAt(heard, at), now + 1)
    const isAgain = inForce !== null && inForce.reason === seen.answer
    await storePulse(sql, connection, { suspected: heard.suspected, nextAt, okAt: isGood ? at : null, isAgain, looksNow, now })
    if (heard.begunAt !== null && heard.inForce !== null && seen.answer !== 'good')
      await declareAbsent(sql, {
        connection,
        absence: heard.inForce.reason,
        from: heard.begunAt,
        okAt: state.okAt,
        at,
        now,
        problem: seen.problem,
      })
    return { isDown: heard.inForce !== null, hasBegun: heard.begunAt !== null }
  })
}

interface Absent {
  connection: string
  absence: Absence
  from: Instant
  okAt: Instant | null
  at: Instant
  now: Instant
  problem: string
}

async function declareAbsent(sql: Sql, { connection, absence, from, okAt, at, now, problem }: Absent): Promise<void> {
  await noteConnectionFailure(sql, connection, at, problem)
  await noteAbsence(sql, connection, absence)
  const lastSeenAt = Math.min(okAt ?? from, from)
  await openSureGap(sql, connection, lastSeenAt, from)
  const assetIds = await listConnectionAssets(sql, connection)
  await lockAssets(sql, assetIds)
  if (absence === 'gone') await beginGone(sql, assetIds, from, at)
  await rebuildWithin(sql, await loadReporting(sql, now), new Map(assetIds.map((id) => [id, lastSeenAt])))
}
