import { isBroken } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { AtRisk, CauseAsset } from './cause.ts'
import { type Trouble, type Troubles, UNJUDGED_BETWEEN } from './troubles.ts'

/**
 * What is fresh below a root and what it holds back, however far, with the instant at which it turns if nothing comes; not what is loaded anyway. An asset that is merely unknown says nothing of
 * what is made from it, unless a system that fails is the reason.
 */
export function atRiskBelow(root: Trouble, held: ReadonlySet<Trouble>, troubles: Troubles): AtRisk[] {
  const isSystem = root.asset === null
  const sources = [...held].filter(({ asset, status }) => asset === null || isSystem || isBroken(status))
  const fresh = freshBelow(sources, troubles)
  const turns = whenTheyTurn(fresh, troubles)
  return [...turns].map(([{ id }, at]) => ({ id, at })).sort((a, b) => a.at - b.at || a.id - b.id)
}

/** What is fresh after these, through what is fresh itself and a few in a row that nothing is promised about. */
function freshBelow(sources: readonly Trouble[], troubles: Troubles): Set<CauseAsset> {
  const unjudgedBefore = new Map<CauseAsset, number>()
  const open: CauseAsset[] = []
  const reach = (asset: CauseAsset, unjudged: number) => {
    const passed = asset.status === null ? unjudged + 1 : 0
    const isWay = asset.status === 'fresh' || (asset.status === null && passed <= UNJUDGED_BETWEEN)
    if (
      !isWay ||
      asset.isUnseen === true ||
      asset.isLoadedAnyway === true ||
      (unjudgedBefore.get(asset) ?? Number.POSITIVE_INFINITY) <= passed
    )
      return
    unjudgedBefore.set(asset, passed)
    open.push(asset)
  }
  for (const source of sources)
    for (const asset of source.asset === null ? troubles.assetsOf(source) : troubles.below(source.asset)) reach(asset, 0)
  for (let asset = open.pop(); asset !== undefined; asset = open.pop())
    for (const below of troubles.below(asset)) reach(below, unjudgedBefore.get(asset) ?? 0)
  return new Set([...unjudgedBefore.keys()].filter(({ status }) => status === 'fresh'))
}

/** Each at its own limit; what follows others as soon as the first of them. */
function whenTheyTurn(fresh: ReadonlySet<CauseAsset>, troubles: Troubles): Map<CauseAsset, Instant> {
  const turns = new Map([...fresh].flatMap((asset) => (typeof asset.lateAt === 'number' ? [[asset, asset.lateAt] as const] : [])))
  const open = [...turns.keys()]
  for (let asset = open.pop(); asset !== undefined; asset = open.pop()) {
    const at = turns.get(asset) ?? Number.POSITIVE_INFINITY
    for (const below of troubles.below(asset)) {
      if (below.isFollower !== true || !fresh.has(below) || (turns.get(below) ?? Number.POSITIVE_INFINITY) <= at) continue
      turns.set(below, at)
      open.push(below)
    }
  }
  return turns
}
