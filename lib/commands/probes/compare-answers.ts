import type { Observation } from '#lib/connectors/kit/connector.ts'
import type { WatchedAsset } from '#lib/db/catalogue/assets.ts'
import type { Sql } from '#lib/db/context.ts'
import { beginAnswers, endAnswers, noteAnswersSeen, storeSuspicions } from '#lib/db/history/lasting-answers.ts'
import type { LastingReason } from '#lib/domain/freshness/facts.ts'
import { type Heard, hear, type ProbeAnswer } from '#lib/domain/freshness/second-look.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { Log } from '#lib/platform/log.ts'

/** What one probe changed about what is known of an asset's answers. */
export interface HeardOf {
  asset: WatchedAsset
  look: Observation
  heard: Heard
}

/** Compares each look with what its asset's system answered before, and stores what that changes. */
export async function compareAnswers(
  sql: Sql,
  assets: readonly WatchedAsset[],
  looks: ReadonlyMap<string, Observation>,
  at: Instant,
): Promise<HeardOf[]> {
  const all = assets.flatMap((asset): HeardOf[] => {
    const look = looks.get(asset.key)
    if (look === undefined || (asset.probedAt !== null && at < asset.probedAt)) return []
    return [{ asset, look, heard: hear(asset.hearsay, answerOf(asset, look), at) }]
  })
  await endAnswers(
    sql,
    all.flatMap(({ asset, heard }) => (heard.endedAt === null ? [] : [{ assetId: asset.assetId, at: heard.endedAt }])),
  )
  await beginAnswers(
    sql,
    all.flatMap(({ asset: { assetId }, heard: { inForce, begunAt } }) =>
      begunAt === null || inForce === null ? [] : [{ assetId, ...inForce }],
    ),
    at,
  )
  await noteAnswersSeen(
    sql,
    all.filter(isSeenAgain).map(({ asset }) => asset.assetId),
    at,
  )
  await storeSuspicions(
    sql,
    all.map(({ asset: { assetId }, heard: { suspected, lookAgainAt } }) => ({ assetId, suspected, lookAgainAt })),
  )
  return all
}

/** What a flow of ours has not made yet is not gone: it is probed after its first load. */
function answerOf({ isUnfound }: WatchedAsset, look: Observation): ProbeAnswer {
  if (look.ok) return 'good'
  return isUnfound ? 'failed' : (look.lasting ?? 'failed')
}

export function isSeenAgain({ asset: { hearsay }, look, heard }: HeardOf): boolean {
  return !look.ok && look.lasting !== undefined && heard.begunAt === null && hearsay.inForce?.reason === look.lasting
}

/** From when on the statuses must be rebuilt because of an answer that lasts; null: not at all. */
export function answerChanges(one: HeardOf, now: Instant): Instant | null {
  const { heard, asset } = one
  const blindSince = blindOnAnswer(asset, now)
  const turnedAt = heard.begunAt ?? heard.endedAt
  if (turnedAt !== null) return Math.min(turnedAt, blindSince ?? turnedAt)
  if (!isSeenAgain(one)) return null
  if (asset.nextChangeAt !== null && asset.nextChangeAt <= now) return asset.nextChangeAt
  return blindSince
}

/** Since when the answer in force has been too old to count; null: it is not, or there is none. */
function blindOnAnswer({ answeredSince, blindAfterMs }: WatchedAsset, now: Instant): Instant | null {
  if (answeredSince === null || blindAfterMs === null) return null
  const blindAt = answeredSince.seenAt + blindAfterMs
  return blindAt <= now ? blindAt : null
}

const SAID: Record<LastingReason, string> = {
  gone: 'an asset is gone',
  refused: 'an asset is refused',
  'no-time': 'an asset tells no time',
}

/** So many failed looks of one kind at a connection have a line each; more are one line with their number. */
const LINES_MAX = 3

/**
 * Says in the log what a look could not see, once for each new reason, and when an answer that lasts begins and ends. What tells no time
 * was seen: it is said once, when it is sure, and warns nobody.
 */
export function logAnswers(log: Log, all: readonly HeardOf[]): void {
  const unseen: HeardOf[] = []
  for (const found of all) {
    const { asset, look, heard } = found
    const about = { asset: asset.key }
    if (heard.begunAt !== null && heard.inForce !== null) {
      const since = new Date(heard.begunAt).toISOString()
      log[heard.inForce.reason === 'no-time' ? 'info' : 'warn'](SAID[heard.inForce.reason], {
        ...about,
        reason: heard.inForce.reason,
        since,
        said: wordsOf(look),
      })
    } else if (!look.ok && look.publicMessage !== asset.problem && look.lasting !== 'no-time') unseen.push(found)
    else if (look.ok && heard.endedAt !== null) log.info('an asset can be seen again', { ...about, was: asset.hearsay.inForce?.reason })
  }
  for (const [answer, alike] of Map.groupBy(unseen, ({ look }) => (look.ok ? 'none' : (look.lasting ?? 'none'))))
    logUnseen(log, answer, alike)
}

/** Many at once have one cause, as a schema that nothing was loaded into yet. */
function logUnseen(log: Log, answer: string, alike: readonly HeardOf[]): void {
  const [first] = alike
  if (first !== undefined && alike.length > LINES_MAX) {
    const about = { assets: alike.length, first: first.asset.key, answer, said: wordsOf(first.look) }
    log.warn('assets could not be looked at', about)
  } else for (const { asset, look } of alike) log.warn('an asset could not be looked at', { asset: asset.key, answer, said: wordsOf(look) })
}

function wordsOf(look: Observation): string {
  return look.ok ? '' : look.message
}
