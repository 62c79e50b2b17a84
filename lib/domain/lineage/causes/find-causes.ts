import { severity, worstOf } from '#lib/domain/freshness/status.ts'
import { inLineageOrder } from '#lib/domain/lineage/lineage-order.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { atRiskBelow } from './at-risk.ts'
import type { Cause, CauseGraph, CauseKey, CauseStep } from './cause.ts'
import { type Explanation, explanations } from './explanations.ts'
import { keyOfAsset, put, type Trouble, Troubles } from './troubles.ts'

/** A way from a root down to an asset, both ends included. */
export interface CausePath {
  cause: Cause
  steps: CauseStep[]
}

/** An asset with which the trouble of others begins, and the root that it comes down to: itself, or a system. */
export interface Beginning {
  key: CauseKey
  since: Instant
  cause: Cause | null
}

/** What a trouble explains next on the way to an asset, and how. */
interface Next {
  to: Trouble
  by: Explanation
}

/** What everything that is wrong at an instant comes down to. The order of what is given does not matter. */
export function findCauses(graph: CauseGraph): Causes {
  return new Causes(new Troubles(graph))
}

/** The roots at an instant, with what each holds back and the ways there. */
export class Causes {
  /** The worst first: what failed with words, then stale, late, unknown; of equals what began first, then what holds most. Last what holds nothing back yet. */
  readonly all: readonly Cause[]
  readonly #troubles: Troubles
  readonly #explained: readonly Explanation[][]
  readonly #causes: readonly Trouble[][]
  readonly #byKey: ReadonlyMap<CauseKey, Cause>
  #byAsset: Map<number, Cause[]> | null = null

  constructor(troubles: Troubles) {
    this.#troubles = troubles
    this.#explained = explanations(troubles)
    this.#causes = this.#explained.map((own) => own.map(({ cause }) => cause))
    const effects = effectsOf(this.#explained, troubles.all)
    this.all = rootsOf(troubles.all, this.#explained)
      .map((root) => ({ root, cause: toCause(root, reached(root, effects), troubles) }))
      .filter(({ cause: { heldIds, atRisk } }) => heldIds.length + atRisk.length > 0)
      .sort((a, b) => byRank(a, b))
      .map(({ cause }) => cause)
    this.#byKey = new Map(this.all.map((cause) => [cause.key, cause]))
  }

  /** What an asset comes down to, the worst first; nothing where nothing is wrong with it. */
  rootsOf(assetId: number): readonly Cause[] {
    this.#byAsset ??= heldBy(this.all)
    return this.#byAsset.get(assetId) ?? []
  }

  /**
   * With which assets the trouble of an asset begins, what turned first first: not fresh, and no asset above explains them, if some system may. Where they are made from each
   * other, one of them.
   */
  beginningsOf(assetId: number): Beginning[] {
    const asset = this.#troubles.of(`asset:${assetId}`)
    if (asset === undefined) return []
    const above = reached(asset, this.#causes)
    const first = [...above].filter((one) => one.asset !== null && this.#isExplainedBySystemsOnly(one))
    const found = first.length > 0 ? first : [this.#firstOnTheWayTo(asset)]
    return found
      .sort((a, b) => a.since - b.since || a.place - b.place)
      .map((one) => ({ key: one.key, since: one.since, cause: this.#rootOf(one) }))
  }

  #isExplainedBySystemsOnly(trouble: Trouble): boolean {
    const seen = new Set([trouble])
    for (const { place } of seen)
      for (const { cause } of this.#explained[place] ?? []) {
        if (cause.asset !== null) return false
        seen.add(cause)
      }
    return true
  }

  #firstOnTheWayTo(asset: Trouble): Trouble {
    const steps = this.pathsTo(asset.asset?.id ?? 0)[0]?.steps ?? []
    return steps.flatMap(({ key }) => this.#troubles.of(key) ?? []).find((one) => one.asset !== null) ?? asset
  }

  #rootOf({ key, asset }: Trouble): Cause | null {
    return this.#byKey.get(key) ?? (asset === null ? null : (this.rootsOf(asset.id)[0] ?? null))
  }

  /** The shortest way from each of its roots down to an asset, in their order. */
  pathsTo(assetId: number): CausePath[] {
    const asset = this.#troubles.of(`asset:${assetId}`)
    if (asset === undefined) return []
    const next = new Map<Trouble, Next | null>([[asset, null]])
    for (const to of next.keys()) for (const by of this.#explained[to.place] ?? []) if (!next.has(by.cause)) next.set(by.cause, { to, by })
    return this.rootsOf(assetId).map((cause) => ({ cause, steps: stepsFrom(this.#troubles.of(cause.key), next) }))
  }
}

/** The knots that nothing outside them explains, by one each: what was wrong first, of equals a system. */
function rootsOf(all: readonly Trouble[], explained: readonly Explanation[][]): Trouble[] {
  const edges = explained.flatMap((own, downstreamId) => own.map(({ cause }) => ({ upstreamId: cause.place, downstreamId })))
  const [first = []] = inLineageOrder(
    all.map(({ place }) => place),
    edges,
  )
  return first.flatMap((knot) =>
    knot
      .flatMap((place) => all[place] ?? [])
      .sort(byBeginning)
      .slice(0, 1),
  )
}

function byBeginning(a: Trouble, b: Trouble): number {
  return a.since - b.since || Number(a.asset !== null) - Number(b.asset !== null) || a.place - b.place
}

function effectsOf(explained: readonly Explanation[][], all: readonly Trouble[]): Trouble[][] {
  const effects: Trouble[][] = all.map(() => [])
  for (const trouble of all) for (const { cause } of explained[trouble.place] ?? []) effects[cause.place]?.push(trouble)
  return effects
}

/** All that is reached from a trouble by what each leads to, itself included. */
function reached(from: Trouble, next: readonly Trouble[][]): Set<Trouble> {
  const found = new Set([from])
  for (const { place } of found) for (const one of next[place] ?? []) found.add(one)
  return found
}

function toCause(root: Trouble, held: ReadonlySet<Trouble>, troubles: Troubles): Cause {
  const assets = [...held].flatMap(({ asset }) => (asset === null || asset.isUnseen === true ? [] : [asset]))
  return {
    key: root.key,
    since: root.since,
    status: assets.length === 0 ? null : worstOf([root.status, ...assets.map(({ status }) => status)]),
    heldIds: assets.map(({ id }) => id).sort((a, b) => a - b),
    atRisk: atRiskBelow(root, held, troubles),
  }
}

interface Ranked {
  root: Trouble
  cause: Cause
}

function byRank(a: Ranked, b: Ranked): number {
  return (
    rankOf(a) - rankOf(b) || a.cause.since - b.cause.since || b.cause.heldIds.length - a.cause.heldIds.length || a.root.place - b.root.place
  )
}

/** How an asset stands counts, not what that has done to others. */
function rankOf({ root, cause }: Ranked): number {
  if (cause.status === null) return severity(null)
  return root.work?.saysWhy === true ? -1 : severity(root.status ?? cause.status)
}

function heldBy(all: readonly Cause[]): Map<number, Cause[]> {
  const found = new Map<number, Cause[]>()
  for (const cause of all) for (const id of cause.heldIds) put(found, id, cause)
  return found
}

/** Where the lineage goes in circles, the way goes straight on. */
function stepsFrom(root: Trouble | undefined, next: ReadonlyMap<Trouble, Next | null>): CauseStep[] {
  const steps: CauseStep[] = []
  const placeOf = new Map<CauseKey, number>()
  const go = (step: CauseStep) => {
    for (const { key } of steps.splice(placeOf.get(step.key) ?? steps.length)) placeOf.delete(key)
    placeOf.set(step.key, steps.length)
    steps.push(step)
  }
  for (let at = root; at !== undefined; ) {
    go({ key: at.key, isInferred: false })
    const step = next.get(at)
    for (const asset of step?.by.between ?? []) go({ key: keyOfAsset(asset), isInferred: asset.status === null })
    at = step?.to
  }
  return steps
}
