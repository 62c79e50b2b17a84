import { isUnhealthy, type Status } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { CauseAsset, CauseGraph, CauseKey, FailingWork } from './cause.ts'

/** So many assets in a row that nothing is promised about may lie between what is wrong and what that explains. */
export const UNJUDGED_BETWEEN = 3

/** Something that is wrong: an asset that is not fresh, or a system that does not do its part. */
export interface Trouble {
  /** Its place among all of them, whatever order they were given in. */
  place: number
  key: CauseKey
  since: Instant
  status: Status | null
  /** null: it is a system. */
  asset: CauseAsset | null
  work: FailingWork | null
}

const NONE: readonly never[] = []

/** Everything that is wrong at an instant, and how the assets lie to each other. */
export class Troubles {
  readonly all: readonly Trouble[]
  readonly #byKey: ReadonlyMap<CauseKey, Trouble>
  readonly #ofAsset = new Map<number, Trouble>()
  readonly #systemsOf = new Map<number, Trouble[]>()
  readonly #assetsOf = new Map<CauseKey, CauseAsset[]>()
  readonly #above = new Map<number, CauseAsset[]>()
  readonly #below = new Map<number, CauseAsset[]>()

  constructor(graph: CauseGraph) {
    const assets = graph.assets.toSorted((a, b) => a.id - b.id)
    this.#byKey = new Map(troublesOf(assets, graph).map((trouble) => [trouble.key, trouble]))
    this.all = [...this.#byKey.values()]
    for (const [place, trouble] of this.all.entries()) trouble.place = place
    for (const asset of assets) this.#place(asset)
    this.#join(new Map(assets.map((asset) => [asset.id, asset])), graph)
  }

  of(key: CauseKey): Trouble | undefined {
    return this.#byKey.get(key)
  }

  ofAsset({ id }: CauseAsset): Trouble | undefined {
    return this.#ofAsset.get(id)
  }

  /** The connection that an asset lies behind, where that is down, and what should write it and fails. */
  systemsOf({ id }: CauseAsset): readonly Trouble[] {
    return this.#systemsOf.get(id) ?? NONE
  }

  /** What lies behind a connection, or is written by a flow or job. */
  assetsOf({ key }: Trouble): readonly CauseAsset[] {
    return this.#assetsOf.get(key) ?? NONE
  }

  /** What an asset is made from, directly. */
  above({ id }: CauseAsset): readonly CauseAsset[] {
    return this.#above.get(id) ?? NONE
  }

  /** What is made from it, directly. */
  below({ id }: CauseAsset): readonly CauseAsset[] {
    return this.#below.get(id) ?? NONE
  }

  #place(asset: CauseAsset): void {
    const own = isUnhealthy(asset.status) ? this.#byKey.get(keyOfAsset(asset)) : undefined
    if (own !== undefined) this.#ofAsset.set(asset.id, own)
    for (const key of systemKeys(asset)) {
      const system = this.#byKey.get(key)
      if (system === undefined || system.work?.writes?.has(asset.id) === false) continue
      put(this.#systemsOf, asset.id, system)
      put(this.#assetsOf, key, asset)
    }
  }

  #join(byId: ReadonlyMap<number, CauseAsset>, { edges }: CauseGraph): void {
    for (const { upstreamId, downstreamId } of edges.toSorted((a, b) => a.downstreamId - b.downstreamId || a.upstreamId - b.upstreamId)) {
      const [up, down] = [byId.get(upstreamId), byId.get(downstreamId)]
      if (up === undefined || down === undefined || up === down) continue
      put(this.#above, downstreamId, up)
      put(this.#below, upstreamId, down)
    }
  }
}

/** How an asset is named among causes. */
export function keyOfAsset({ id, since, isUnseen }: Pick<CauseAsset, 'id' | 'since' | 'isUnseen'>): CauseKey {
  return isUnseen === true ? `unseen:${since ?? 0}` : `asset:${id}`
}

function troublesOf(assets: readonly CauseAsset[], { connections, work }: CauseGraph): Trouble[] {
  const nothing = { place: 0, status: null, asset: null, work: null }
  const systems = [
    ...connections.map(({ key, since }) => ({ ...nothing, key: `connection:${key}` as const, since })),
    ...work.map((one) => ({ ...nothing, key: `${one.kind}:${one.name}` as const, since: one.since, work: one })),
  ].sort((a, b) => (a.key < b.key ? -1 : 1))
  const unhealthy = assets
    .filter(({ status }) => isUnhealthy(status))
    .map((asset) => ({ ...nothing, key: keyOfAsset(asset), since: asset.since ?? 0, status: asset.status, asset }))
  return [...unhealthy, ...systems]
}

function systemKeys({ connection, flow, job }: CauseAsset): CauseKey[] {
  const keys: CauseKey[] = []
  if (connection !== null) keys.push(`connection:${connection}`)
  if (flow !== null) keys.push(`flow:${flow}`)
  if (job !== null) keys.push(`job:${job}`)
  return keys
}

/** Adds a value to those of a key. */
export function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const own = map.get(key)
  if (own === undefined) map.set(key, [value])
  else own.push(value)
}
