import { childOf, itemsOf, type LocatedNode, textAt } from '#lib/catalogue/parse/node.ts'
import type { Outline, OutlineAsset, OutlineEntry } from '#lib/catalogue/parse/outline.ts'
import type { Policy } from '#lib/domain/freshness/policies/policy.ts'
import { type Finding, wrongKey, wrongValue } from './finding.ts'

/** What decides whether a feed is judged by an asset. */
export interface Promisable {
  key: string
  feed: string
  policies: readonly Policy[]
  /** As the catalogue says it; undefined: it does not. */
  written: boolean | undefined
}

/** True when a promise is made about it: an asset that is only watched counts for no feed. */
export function isJudged(policies: readonly Policy[]): boolean {
  return policies.some(({ kind }) => kind !== 'none')
}

/**
 * The assets their feeds are judged by: what the catalogue says, else those that are judged and that nothing judged in the same feed is
 * made from, directly or through what is only watched.
 */
export function promisedKeys(assets: readonly Promisable[], edges: readonly { from: string; to: string }[]): Set<string> {
  const byKey = new Map(assets.map((asset) => [asset.key, asset]))
  const upstream = Map.groupBy(edges, ({ to }) => to)
  const passedOn = new Set<string>()
  const queue = assets.filter(({ policies }) => isJudged(policies))
  for (const asset of queue) {
    for (const { from } of upstream.get(asset.key) ?? []) {
      const source = byKey.get(from)
      if (source === undefined || source.feed !== asset.feed || passedOn.has(from)) continue
      passedOn.add(from)
      queue.push(source)
    }
  }
  const stands = ({ key, policies, written }: Promisable) => isJudged(policies) && (written ?? !passedOn.has(key))
  return new Set(assets.filter(stands).map(({ key }) => key))
}

/** Policies written somewhere that promise something; undefined: none is written there. */
function judgesAt(node: LocatedNode | undefined): boolean | undefined {
  const policy = childOf(node, 'policy')
  if (policy === undefined || policy.value === null) return undefined
  return itemsOf(policy).some((item) => textAt(item, 'kind') !== 'none')
}

function feedsOf({ groups, feeds, assets }: Outline) {
  const groupOf = new Map(groups.map((group) => [group.key, group]))
  const assetsOf = Map.groupBy(assets, (asset) => asset.feed)
  return feeds.map((feed) => ({ feed, group: groupOf.get(feed.group), assets: assetsOf.get(feed.key) ?? [] }))
}

function isOnlyWatched(asset: OutlineAsset, feed: LocatedNode, group: LocatedNode | undefined): boolean {
  return (judgesAt(asset.node) ?? judgesAt(feed) ?? judgesAt(group)) === false
}

/** Assets that are to stand for their feed, and of which nothing is promised. */
export function checkPromises(outline: Outline): Finding[] {
  return feedsOf(outline).flatMap(({ feed, group, assets }) =>
    assets.flatMap((asset): Finding[] => {
      if (childOf(asset.node, 'promised')?.value !== true || !isOnlyWatched(asset, feed.node, group?.node)) return []
      const problem = 'Its feed cannot be judged by it: its policy is "none", so nothing is promised.'
      return [wrongValue([...asset.path, 'promised'], problem, 'Give the asset a policy of its own, or take "promised" out.')]
    }),
  )
}

/** Feeds with a policy that counts for nothing, because they are judged by none of their assets. */
export function remarkPromises(outline: Outline, promised: ReadonlySet<string>): Finding[] {
  return feedsOf(outline).flatMap(({ feed, group, assets }): Finding[] => {
    if (assets.some(({ key }) => promised.has(key))) return []
    const judged = assets.find((asset) => judgesAt(asset.node))
    const place = judgesAt(feed.node) ? feed : (judged ?? (assets.length > 0 && judgesAt(group?.node) ? feed : undefined))
    if (place === undefined) return remarkLeftOut(feed, group, assets)
    const path = childOf(place.node, 'policy')?.path ?? place.path
    const problem = `The policy counts for nothing: the feed "${feed.key}" is judged by none of its assets.`
    return [
      wrongKey(path, problem, 'Write "promised: true" at an asset that has a policy, or a policy other than "none" at one that has not.'),
    ]
  })
}

/** No policy is written, but what the feed would be judged by is left out, and the rest is what that is made from. */
function remarkLeftOut(feed: OutlineEntry, group: OutlineEntry | undefined, assets: readonly OutlineAsset[]): Finding[] {
  const isLeftOut = (asset: OutlineAsset) => childOf(asset.node, 'promised')?.value === false
  const leftOut = assets.find(isLeftOut)
  const judged = assets.find((asset) => !isLeftOut(asset) && !isOnlyWatched(asset, feed.node, group?.node))
  if (leftOut === undefined || judged === undefined) return []
  const problem = `The feed "${feed.key}" is judged by none of its assets: "${leftOut.key}" is left out, and "${judged.key}" is what it is made from.`
  return [wrongKey([...leftOut.path, 'promised'], problem, `Write "promised: true" at "${judged.key}".`)]
}
