import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { CauseAsset } from './cause.ts'
import { type Trouble, type Troubles, UNJUDGED_BETWEEN } from './troubles.ts'

/** What explains a trouble, and the assets between that are no cause themselves, from above downwards. */
export interface Explanation {
  cause: Trouble
  between: readonly CauseAsset[]
}

type Found = Map<Trouble, readonly CauseAsset[]>

/**
 * What explains each trouble directly, by its place: of what it is made from, is written by or lies behind, what was wrong no later than it turned. What a
 * failing flow or job reads explains that, and what it writes by way of it.
 */
export function explanations(troubles: Troubles): Explanation[][] {
  const found = troubles.all.map((trouble) => new WayUp(trouble, troubles).causes())
  for (const { place, asset } of troubles.all) {
    const own = found[place]
    if (asset !== null && own !== undefined) takeTheWayOfWork(found, own)
  }
  return found.map((own) => [...own].map(([cause, between]) => ({ cause, between })))
}

/** The way up from a trouble to what explains it, always the shortest. */
class WayUp {
  readonly #effect: Trouble
  readonly #troubles: Troubles
  readonly #found: Found = new Map()
  readonly #passed = new Map<CauseAsset, readonly CauseAsset[]>()

  constructor(effect: Trouble, troubles: Troubles) {
    this.#effect = effect
    this.#troubles = troubles
  }

  causes(): Found {
    const starts = this.#starts()
    for (const asset of starts) this.#passed.set(asset, [])
    for (const [asset, between] of this.#passed) {
      // What writes the same as a flow or job that fails is no reason for that.
      if (this.#effect.work === null || between.length > 0) this.#tellSystems(asset, between)
      for (const up of this.#troubles.above(asset)) if (!this.#passed.has(up)) this.#goUp(up, between)
    }
    for (const connection of this.#spokenTo(starts)) this.#tell(connection, [])
    return this.#found
  }

  /** The asset itself; or what a flow or job writes, and what is fresh of that only where all of it is. */
  #starts(): readonly CauseAsset[] {
    const { asset, work } = this.#effect
    if (asset !== null) return [asset]
    const written = work === null ? [] : this.#troubles.assetsOf(this.#effect)
    const missed = written.filter(({ status }) => status === null || isUnhealthy(status))
    return missed.length > 0 ? missed : written
  }

  /**
   * An asset that turned too late is no reason, but what it lies behind or is written by may be: it turns long after its connection, or the run that should write
   * it, has failed.
   */
  #goUp(up: CauseAsset, between: readonly CauseAsset[]): void {
    const above = this.#troubles.ofAsset(up)
    if (above === undefined) {
      if (up.status === null && between.length < UNJUDGED_BETWEEN) this.#passed.set(up, [up, ...between])
    } else if (above.since <= this.#effect.since) this.#tell(above, between)
    else if (this.#effect.asset?.isBlocked === true && between.length === 0) this.#found.set(above, between)
    else this.#tellSystems(up, [up, ...between])
  }

  #tellSystems(asset: CauseAsset, between: readonly CauseAsset[]): void {
    for (const system of this.#troubles.systemsOf(asset)) this.#tell(system, between)
  }

  #tell(cause: Trouble, between: readonly CauseAsset[]): void {
    if (cause !== this.#effect && cause.since <= this.#until(cause) && !this.#found.has(cause)) this.#found.set(cause, between)
  }

  /** A system that goes while a run is under way is why it fails. */
  #until({ asset, work }: Trouble): Instant {
    const { since, work: own } = this.#effect
    return asset === null && work === null ? Math.max(since, own?.failedAt ?? since) : since
  }

  /** The connections that are down of those a flow or job speaks to, reads from or writes to; one that explains what it reads comes by way of that. */
  #spokenTo(written: readonly CauseAsset[]): Trouble[] {
    const { work } = this.#effect
    if (work === null) return []
    const read = [...this.#found.keys()].flatMap(({ asset }) => asset ?? [])
    const down = new Set(work.connections.flatMap((key) => this.#troubles.of(`connection:${key}`) ?? []))
    for (const asset of [...written, ...read])
      for (const system of this.#troubles.systemsOf(asset)) if (system.work === null) down.add(system)
    for (const asset of read)
      for (const system of this.#troubles.systemsOf(asset)) if (system.since <= (asset.since ?? 0)) down.delete(system)
    return [...down]
  }
}

/** What explains the failing flow or job that should write an asset explains the asset by way of that. */
function takeTheWayOfWork(found: readonly Found[], own: Found): void {
  for (const writer of own.keys()) {
    const before = writer.work === null ? undefined : found[writer.place]
    if (before === undefined) continue
    for (const cause of own.keys()) if (cause !== writer && before.has(cause)) own.delete(cause)
  }
}
