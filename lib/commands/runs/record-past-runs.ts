import { listAssetsEverOfFlow } from '#lib/db/catalogue/assets.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { markDue } from '#lib/db/catalogue/subjects.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { insertArrivals } from '#lib/db/history/arrivals.ts'
import { listAssetsOfFlow, listEndedRuns } from '#lib/db/history/run-outcomes.ts'
import { insertPastRuns, type PastRun } from '#lib/db/runs/past-runs.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { arrivalsOfRun } from './run-arrivals.ts'

export interface PastRecorded {
  /** Runs that were not known before. */
  runs: number
  arrivals: number
}

const BATCH = 500

/**
 * Records runs that ended in the past and that no worker here executed, in one transaction: each counts for the assets its flow
 * writes as if a worker had ended it at its time. Their statuses are due from the earliest of these runs on: the next sweep, or a
 * rebuild, works them out. Runs that are known already are left out, so recording twice changes nothing.
 */
export function recordPastRuns(ctx: Context, runs: readonly PastRun[]): Promise<PastRecorded> {
  return withTransaction(ctx, (sql) => recordPastRunsWithin(sql, ctx.clock.now(), runs))
}

/** The same as part of a transaction that holds no locks on subjects yet. */
export async function recordPastRunsWithin(sql: Sql, now: Instant, runs: readonly PastRun[]): Promise<PastRecorded> {
  for (const run of runs) requireOver(run, now)
  const byFlow = Map.groupBy(runs, (run) => run.flow)
  const everWritten = new Map<string, number[]>()
  for (const flow of byFlow.keys()) everWritten.set(flow, await listAssetsEverOfFlow(sql, flow))
  await lockAssets(sql, [...new Set([...everWritten.values()].flat())])
  const total: PastRecorded = { runs: 0, arrivals: 0 }
  for (const [flow, own] of byFlow) {
    const done = await recordOfFlow(sql, own, await listAssetsOfFlow(sql, flow))
    await markDue(sql, everWritten.get(flow) ?? [], Math.min(now, ...done.map((run) => run.knownSince)))
    total.runs += done.length
    total.arrivals += done.reduce((sum, run) => sum + run.arrivals, 0)
  }
  return total
}

async function recordOfFlow(sql: Sql, runs: readonly PastRun[], written: readonly { assetId: number; key: string }[]) {
  const done: { knownSince: Instant; arrivals: number }[] = []
  for (let start = 0; start < runs.length; start += BATCH) {
    const ended = await listEndedRuns(sql, await insertPastRuns(sql, runs.slice(start, start + BATCH)))
    const arrivals = ended.map((run) => arrivalsOfRun(run, written, run.endedAt ?? run.knownSince))
    await insertArrivals(sql, arrivals.flat())
    done.push(...ended.map(({ knownSince }, position) => ({ knownSince, arrivals: arrivals[position]?.length ?? 0 })))
  }
  return done
}

function requireOver({ flow, state, startedAt, endedAt }: PastRun, now: Instant): void {
  if (endedAt > now || (startedAt !== null && startedAt > endedAt))
    throw new TidemarkError('invalid', { publicMessage: `A past run of ${flow} must begin before it ends, and have ended by now.` })
  if (startedAt === null && (state === 'completed' || state === 'partial'))
    throw new TidemarkError('invalid', { publicMessage: `A past run of ${flow} that never began cannot have ended ${state}.` })
}
