import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { lockDiscovery, noteSyncBy, storeDiscovery } from '#lib/db/catalogue/discoveries.ts'
import { markGone, writeFound } from '#lib/db/catalogue/found.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { beginGone, endGone } from '#lib/db/history/found-answers.ts'
import { notifyChange, notifyWorkers } from '#lib/db/listen.ts'
import { FOUND_MAX, LeftOut, whyNotWhole } from '#lib/domain/connections/whole-discovery.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'
import { DISCOVERY_LIMIT_MS } from './claim-discovery.ts'
import { toEdgeRows, toFoundRow } from './found-rows.ts'

const BATCH = 500

/** What a discovery came to. */
export interface KeptDiscovery {
  found: number
  /** What is new, says something else than before, or is there again. */
  changed: number
  gone: number
  /** Why what it did not see is not taken for gone; null: it was whole. */
  problem: string | null
}

interface Seen {
  startedAt: Instant
  paths: Set<string>
  changed: number
  isCut: boolean
}

/**
 * Keeps what a discovery sees, some at a time, as it comes. What it does not see is gone when it was whole; one that breaks off, or sees far less than the one
 * before, takes nothing away. Where rules adopt from the connection, the catalogue is synced again after a change. Throws what the discovery throws.
 */
export async function keepFound(
  ctx: Context,
  connection: string,
  found: AsyncIterable<Found>,
  options: { mayShrink?: boolean } = {},
): Promise<KeptDiscovery> {
  const seen: Seen = { startedAt: ctx.clock.now(), paths: new Set(), changed: 0, isCut: false }
  try {
    await keepAll(ctx, connection, found, seen)
  } catch (error) {
    await end(ctx, connection, seen, { problem: brokeOffInWords(seen.paths.size, error) })
    throw error
  }
  return end(ctx, connection, seen, options)
}

function brokeOffInWords(found: number, error: unknown): string {
  return found === 0 || error instanceof LeftOut
    ? toPublicMessage(error)
    : `It broke off after ${formatCount(found)}: ${toPublicMessage(error)}`
}

async function keepAll(ctx: Context, connection: string, found: AsyncIterable<Found>, seen: Seen): Promise<void> {
  let batch: Found[] = []
  const flush = async () => {
    const things = batch
    batch = []
    if (things.length === 0) return
    const rows = { assets: things.map(toFoundRow), edges: things.flatMap(toEdgeRows) }
    seen.changed += await withTransaction(ctx, (sql) => keepSome(sql, ctx.clock.now(), connection, rows))
  }
  try {
    for await (const one of found) {
      if (seen.paths.has(one.path)) continue
      seen.isCut = seen.paths.size >= FOUND_MAX
      if (seen.isCut) return
      seen.paths.add(one.path)
      batch.push(one)
      if (batch.length >= BATCH) await flush()
    }
  } finally {
    await flush()
  }
}

/** Keeps some of what is seen, with all that must follow although the discovery should never end. Answers how much changed. */
async function keepSome(sql: Sql, now: Instant, connection: string, rows: Parameters<typeof writeFound>[3]): Promise<number> {
  await lockDiscovery(sql, connection)
  const { changed, back } = await writeFound(sql, now, connection, rows)
  if (changed > 0) await noteSyncBy(sql, connection, now + DISCOVERY_LIMIT_MS)
  await restate(sql, now, await endGone(sql, now, connection, back))
  return changed
}

function end(
  ctx: Context,
  connection: string,
  { startedAt, paths, changed, isCut }: Seen,
  { mayShrink = false, problem: brokeOff = null }: { mayShrink?: boolean; problem?: string | null },
): Promise<KeptDiscovery> {
  return withTransaction(ctx, async (sql) => {
    const now = ctx.clock.now()
    const { found: before, wholeAt, adopts } = await lockDiscovery(sql, connection)
    const problem = brokeOff ?? whyNotWhole({ before, now: paths.size, isCut, mayShrink })
    // One that began later has ended already: it knows better what is there.
    const isLatest = wholeAt === null || wholeAt <= startedAt
    const isWhole = problem === null && isLatest
    const gone = isWhole ? await markGone(sql, now, connection, { startedAt, seen: [...paths] }) : []
    const whole = isWhole ? { at: startedAt, found: paths.size } : null
    const syncAt = adopts && changed + gone.length > 0 ? now : null
    await storeDiscovery(sql, connection, { attemptedAt: startedAt, whole, problem, syncAt })
    await restate(sql, now, await beginGone(sql, now, connection, gone))
    await notifyChange(sql)
    if (syncAt !== null) await notifyWorkers(sql)
    return { found: paths.size, changed, gone: gone.length, problem }
  })
}

/** What rules took over and is gone has that as its answer until it is there again: the statuses of these assets follow. */
async function restate(sql: Sql, now: Instant, assetIds: readonly number[]): Promise<void> {
  if (assetIds.length > 0) await rebuildWithin(sql, await loadReporting(sql, now), new Map(assetIds.map((id) => [id, now])))
}
