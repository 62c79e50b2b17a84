import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { type DueContract, listDueContracts, listLeftBreaks, noteJudged } from '#lib/db/catalogue/asset-contracts.ts'
import { lockAssets } from '#lib/db/catalogue/followers.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { loadOpenBreaks, putBreaks, type StoredBreak } from '#lib/db/history/contract-breaks.ts'
import { type Broken, brokenAt, type Found, foundColumns, nextTermsAt, sinceSeenWhole } from '#lib/domain/contracts/contract-terms.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

const BATCH = 200

/** Judges every contract where something else is seen or promised than before: breaks begin and end, and the statuses follow. Answers how many began or ended. */
export async function followContracts(ctx: Context): Promise<number> {
  let changed = 0
  for (;;) {
    const { judged, turned } = await withTransaction(ctx, (sql) => judgeSome(sql, ctx.clock.now()))
    changed += turned
    if (judged < BATCH) return changed
  }
}

async function judgeSome(sql: Sql, now: Instant): Promise<{ judged: number; turned: number }> {
  const left = await listLeftBreaks(sql)
  const waiting = (await listDueContracts(sql, now, BATCH)).map(({ assetId }) => assetId)
  const ids = [...left, ...waiting]
  if (ids.length === 0) return { judged: 0, turned: 0 }
  await lockAssets(sql, ids)
  // Another worker may have judged them while we waited for their locks.
  const due = (await listDueContracts(sql, now, BATCH)).filter(({ assetId }) => waiting.includes(assetId))
  const open = await loadOpenBreaks(sql, ids)
  const judged = due.map((one) => ({ ...one, ...judge(one, { isBroken: open.has(one.assetId), now }) }))
  const changed = [
    ...left.filter((id) => open.has(id)).map((assetId) => ({ assetId, broken: null })),
    ...judged.filter(({ assetId, broken }) => isNews(broken, open.get(assetId))),
  ]
  await noteJudged(sql, now, judged)
  if (changed.length > 0) {
    await putBreaks(sql, now, changed)
    await rebuildWithin(sql, await loadReporting(sql, now), new Map(changed.map(({ assetId }) => [assetId, now])))
  }
  return { judged: waiting.length, turned: changed.length }
}

/** How long what breaks a contract in one file stays seen although a later one, judged with it, keeps it. */
const SEEN_MS = MINUTE_MS

interface Judging {
  /** It was until now. */
  isBroken: boolean
  now: Instant
}

/** What nobody has told of yet breaks nothing. Of several files the last one that breaks it counts, for a while, and then the last one. */
function judge(due: DueContract, { isBroken, now }: Judging): { broken: Broken | null; nextAt: Instant | null } {
  const { terms, columns, landed } = due
  if (terms === null) return { broken: null, nextAt: null }
  const nextAt = nextTermsAt(terms, now)
  if (terms.ofFiles !== true) return { broken: columns === null ? null : brokenAt(terms, seenColumns(due, columns, isBroken), now), nextAt }
  const broken = landed.map((one) => brokenAt(terms, one, now))
  const isKeptAgain = broken.at(-1) === null && broken.some((one) => one !== null)
  const againAt = isKeptAgain ? Math.min(nextAt ?? Number.POSITIVE_INFINITY, now + SEEN_MS) : nextAt
  return { broken: broken.findLast((one) => one !== null) ?? null, nextAt: againAt }
}

/** A part of the columns mends nothing: what is broken is so until all are seen again. */
function seenColumns({ areInPart, whole }: DueContract, columns: readonly KnownColumn[], isBroken: boolean): Found {
  const lasts = areInPart && isBroken && whole !== null
  return lasts ? foundColumns(sinceSeenWhole(whole, columns), false) : foundColumns(columns, areInPart)
}

/** A further file that breaks a contract as one before it did is no news. */
function isNews(broken: Broken | null, open: StoredBreak | undefined): boolean {
  if (broken === null || open === undefined) return (broken === null) !== (open === undefined)
  return broken.status !== open.status || broken.words !== open.words || broken.version !== open.version
}
