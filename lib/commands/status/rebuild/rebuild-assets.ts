import { type StoredVerdict, type Subject, storeVerdicts } from '#lib/db/catalogue/subjects.ts'
import type { Sql } from '#lib/db/context.ts'
import { loadSpans, type StoredSpan, writeSpans } from '#lib/db/history/spans.ts'
import { type AssetVersion, loadAssetVersions } from '#lib/db/history/versions.ts'
import { deliveriesReach } from '#lib/domain/freshness/days/day-deliveries.ts'
import { evaluate } from '#lib/domain/freshness/evaluate.ts'
import { judgedClocks } from '#lib/domain/freshness/judged-value.ts'
import { asIfSeen, type PreparedFacts, prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { blindFrom, blindStretches } from '#lib/domain/freshness/sight.ts'
import { timeline } from '#lib/domain/freshness/timeline.ts'
import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { localDay, startOfDay } from '#lib/domain/time/local-day.ts'
import { asksForAClock, type LoadedAsset, loadFacts } from './load-facts.ts'
import type { Reporting } from './reporting.ts'
import { joinWrites, type Restatement, restateSpans } from './restate-spans.ts'

/**
 * How far up a rebuild looks: to feeds where the status of an asset differs or it has been moved; of a thorough one, for an asset of each feed, to the whole
 * of that, and for the others only where their status differs.
 */
export type Reach = 'moved' | 'whole' | 'differing'

export interface RebuildRequest {
  asset: Subject
  from: Instant
  reach: Reach
  /** The beginning of the first ended day that is counted anew, so that the facts are read once for both; absent: none is. */
  countsFrom?: Instant
}

/** What rebuilding one subject came to. */
export interface Rebuilt {
  subjectId: number
  /** From when on it was rebuilt: `restatement.after` holds its spans from the neighbour of that instant on. */
  from: Instant
  restatement: Restatement
  /** Up to here its status had been worked out before. */
  statedUntil: Instant
  /** The first instant its containers must look at again; null when nothing they see changed. */
  rollUpFrom: Instant | null
  /** What to say about the change dated at an instant; null when nothing better than the reason is known. */
  explainAt: (at: Instant) => string | null
}

/** The same of an asset. */
export interface RebuiltAsset extends Rebuilt {
  /** Something has arrived since the instant from which it was rebuilt. */
  hasArrived: boolean
  /** What it was made of; null where that is not all that is known of it. */
  known: LoadedAsset | null
}

/** Never later than what is due anyway; from the beginning of its day once that has ended; never before the horizon. */
export function startOf(asset: Subject, wanted: Instant, { now, zone, today, horizon }: Reporting): Instant {
  const from = Math.min(wanted, asset.nextChangeAt ?? wanted, now)
  const day = localDay(from, zone)
  return Math.max(horizon, day < today ? startOfDay(day, zone) : from)
}

const CHUNK = 500

/** Works out these (locked) assets anew and writes what differs: spans, verdict, next change. Followers are rebuilt by `rebuildFollowers`. */
export async function rebuildAssets(sql: Sql, now: Instant, requests: readonly RebuildRequest[]): Promise<RebuiltAsset[]> {
  const all: RebuiltAsset[] = []
  for (let start = 0; start < requests.length; start += CHUNK) {
    const chunk = requests.slice(start, start + CHUNK)
    const ids = chunk.map(({ asset }) => asset.id)
    const loaded = await loadRequests(sql, chunk, await loadAssetVersions(sql, ids))
    const worked = loaded.map((one) => workOut(one, now))
    await storeWorked(sql, worked)
    all.push(...worked.map(({ rebuilt }) => rebuilt))
  }
  return all
}

/** An asset that is to be rebuilt, with what decides its status and the spans it had. */
export interface LoadedRequest {
  request: RebuildRequest
  known: LoadedAsset
  stored: readonly StoredSpan[]
}

/** Loads what these requests need, in a handful of statements. */
export async function loadRequests(
  sql: Sql,
  requests: readonly RebuildRequest[],
  versions: ReadonlyMap<number, AssetVersion[]>,
): Promise<LoadedRequest[]> {
  const facts = await loadFacts(
    sql,
    requests.map(({ asset, from, countsFrom }) => {
      const reach = countsFrom === undefined ? from : deliveriesReach(versions.get(asset.id) ?? [], countsFrom)
      return { assetId: asset.id, createdAt: asset.createdAt, from: Math.min(from, reach) }
    }),
    versions,
    { onlyStatus: true },
  )
  const stored = await loadSpans(
    sql,
    requests.map(({ asset, from }) => ({ subjectId: asset.id, from: Math.max(from, asset.createdAt) })),
  )
  return requests.flatMap((request) => {
    const known = facts.get(request.asset.id)
    return known === undefined ? [] : [{ request, known, stored: stored.get(request.asset.id) ?? [] }]
  })
}

/** What an asset comes to, not written yet. */
export interface Worked {
  rebuilt: RebuiltAsset
  verdict: StoredVerdict | null
}

/** Works one asset out by all that is known of it. */
export function workOut({ request: { asset, from, reach }, known, stored }: LoadedRequest, now: Instant): Worked {
  const { versions, facts } = known
  const prepared = prepareFacts(facts)
  const restatement = restateSpans(asset.id, stored, timeline(versions, prepared, from, now + 1))
  const rebuilt = {
    subjectId: asset.id,
    from,
    restatement,
    statedUntil: Math.min(now, asset.nextChangeAt ?? now),
    rollUpFrom: reach === 'whole' ? from : earliest(restatement.changedFrom, reach === 'moved' ? firstVersionSince(versions, from) : null),
    explainAt: explainer(known),
    hasArrived: facts.arrivals.some(({ kind, recordedAt }) => kind === 'arrival' && recordedAt >= from),
    known: versions.some(asksForAClock) ? known : null,
  }
  return { rebuilt, verdict: judge(known, prepared, now) }
}

/** Writes what differs. */
export async function storeWorked(sql: Sql, worked: readonly Worked[]): Promise<void> {
  await writeSpans(sql, joinWrites(worked.map(({ rebuilt }) => rebuilt.restatement.writes)))
  await storeVerdicts(
    sql,
    worked.map(({ rebuilt, verdict }) => ({ assetId: rebuilt.subjectId, nextChangeAt: verdict?.nextChangeAt ?? null, verdict })),
  )
}

function settingsAt(versions: readonly AssetVersion[], at: Instant) {
  return versions.findLast((version) => version.from <= at)?.settings ?? null
}

/** The verdict of this moment, and when it would change if nothing could blind us. */
function judge({ versions }: LoadedAsset, prepared: PreparedFacts, now: Instant): StoredVerdict | null {
  const settings = settingsAt(versions, now)
  if (settings === null) return null
  const verdict = evaluate(settings, prepared, now)
  const sighted = settings.blindAfterMs === null ? verdict : evaluate(settings, asIfSeen(prepared), now)
  const blind = blindFrom(settings, prepared)
  return {
    ...verdict,
    evaluatedAt: now,
    sightedChangeAt: sighted.nextChangeAt,
    blindAfterMs: settings.blindAfterMs,
    blindFrom: blind === END_OF_TIME ? null : blind,
    blindSince: blindSince(versions, prepared, now),
    clocks: judgedClocks(settings, prepared, now),
  }
}

/** An edit may have made us see again on paper; what was unknown before it is still to be restated by the next good look. */
function blindSince(versions: readonly AssetVersion[], prepared: PreparedFacts, now: Instant): Instant | null {
  for (const [index, { from, settings }] of versions.entries()) {
    if (settings === null) continue
    const until = Math.min(versions[index + 1]?.from ?? END_OF_TIME, now + 1)
    for (const blind of blindStretches(settings, prepared)) {
      const since = Math.max(from, blind.from)
      if (since < Math.min(until, blind.to)) return since
    }
  }
  return null
}

/** Prepares the facts again, once it is asked: that is rare, and they are many to keep of all until these are worked out. */
function explainer({ versions, facts }: LoadedAsset): Rebuilt['explainAt'] {
  let prepared: PreparedFacts | null = null
  return (at) => {
    const settings = settingsAt(versions, at)
    if (settings === null) return null
    prepared ??= prepareFacts(facts)
    return evaluate(settings, prepared, at).explanation
  }
}

/** Membership and promise travel with versions, so containers look again from the first new one. */
function firstVersionSince(versions: readonly AssetVersion[], from: Instant): Instant | null {
  return versions.find((version) => version.from >= from)?.from ?? null
}

function earliest(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}
