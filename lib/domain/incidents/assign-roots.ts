import { assetOf, type CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { byAge, type CausesAt, type StandingCause } from './incident.ts'
import type { OpenIncident } from './open-incident.ts'

/** To which incident each cause belongs that stands now. What has none here is well. */
export interface Assignment {
  roots: ReadonlyMap<OpenIncident, readonly StandingCause[]>
  /** What goes on, and the younger ones that end in it now. */
  merged: ReadonlyMap<OpenIncident, readonly OpenIncident[]>
  /** Causes that open one, and what each is split off. */
  opening: readonly { cause: StandingCause; cameFrom: OpenIncident | null }[]
}

/** Says it by the table of `.github/decisions/033-incidents.md`, for the incidents that have not ended, the oldest first. */
export function assignRoots(open: readonly OpenIncident[], change: CausesAt): Assignment {
  return new Assigning(open, change).assign()
}

class Assigning {
  readonly #open: readonly OpenIncident[]
  readonly #at: Instant
  readonly #roots = new Map<OpenIncident, StandingCause[]>()
  readonly #merged = new Map<OpenIncident, OpenIncident>()
  readonly #fresh: StandingCause[]
  /** Those some cause of which stands as before. */
  readonly #kept: ReadonlySet<OpenIncident>
  /** Those no cause of which stands any more, by themselves and by their members. */
  readonly #orphans: readonly OpenIncident[]
  readonly #orphansWith: ReadonlyMap<number, OpenIncident[]>
  /** By the assets among their causes. */
  readonly #causedBy: ReadonlyMap<number, OpenIncident[]>
  readonly #heldBy = new Map<OpenIncident, Set<number>>()

  constructor(open: readonly OpenIncident[], { at, causes }: CausesAt) {
    this.#open = open
    this.#at = at
    const owners = ownersOf(open, at)
    const inOrder = causes.filter(({ status }) => status !== null).sort((a, b) => a.since - b.since || (a.key < b.key ? -1 : 1))
    for (const cause of inOrder) {
      const owner = owners.get(cause.key)
      if (owner !== undefined) this.#give(owner, cause)
    }
    this.#fresh = inOrder.filter(({ key }) => !owners.has(key))
    this.#kept = new Set(this.#roots.keys())
    this.#orphans = open.filter((one) => !this.#kept.has(one))
    const isAsked = this.#fresh.length > 0
    this.#orphansWith = byAsset(isAsked ? this.#orphans : [], ({ members }) => members.keys())
    this.#causedBy = byAsset(isAsked ? open : [], (one) => one.rootAssets(at))
  }

  assign(): Assignment {
    const unclaimed: StandingCause[] = []
    const claimed = new Map<OpenIncident, OpenIncident>()
    for (const cause of this.#fresh) {
      const [oldest, ...others] = this.#continuedBy(cause)
      if (oldest === undefined) {
        unclaimed.push(cause)
        continue
      }
      this.#give(oldest, cause)
      for (const other of others) if (!claimed.has(other)) claimed.set(other, oldest)
    }
    for (const orphan of this.#orphans) {
      if (this.#roots.has(orphan)) continue
      const goesOnIn = claimed.get(orphan) ?? this.#takenOverBy(orphan)
      if (goesOnIn !== undefined) this.#merge(orphan, goesOnIn)
    }
    const opening = unclaimed.map((cause) => ({ cause, cameFrom: this.#splitOff(cause) }))
    const merged = Map.groupBy([...this.#merged.keys()].sort(byAge), (younger) => this.#goingOn(younger))
    return { roots: this.#roots, merged, opening }
  }

  /** The incidents that go on with a cause, the oldest first: it explains one of their causes, or what none of their causes explains any more. */
  #continuedBy(cause: StandingCause): OpenIncident[] {
    const own = assetOf(cause.key)
    const found = new Set(own === null ? [] : this.#orphans.filter((one) => one.hasJustLeft(own, this.#at)))
    for (const id of cause.heldIds) {
      for (const one of this.#orphansWith.get(id) ?? []) found.add(one)
      for (const one of this.#causedBy.get(id) ?? []) if (!this.#isHeld(one, id)) found.add(one)
    }
    return [...found].sort(byAge)
  }

  /** An incident whose causes stand, and explain what came down to the orphan alone until now. */
  #takenOverBy(orphan: OpenIncident): OpenIncident | undefined {
    if (orphan.members.size === 0) return undefined
    const comesOver = (to: OpenIncident) => (id: number) => orphan.members.has(id) && !to.members.has(id)
    return this.#open.find((one) => this.#kept.has(one) && (this.#roots.get(one) ?? []).some(({ heldIds }) => heldIds.some(comesOver(one))))
  }

  /** The incident whose causes stand, but do not explain any more what this one holds. */
  #splitOff(cause: StandingCause): OpenIncident | null {
    const isLetGo = (one: OpenIncident) => cause.heldIds.some((id) => one.members.has(id) && !this.#isHeld(this.#goingOn(one), id))
    const found = this.#open.find((one) => this.#kept.has(one) && isLetGo(one))
    return found === undefined ? null : this.#goingOn(found)
  }

  #merge(a: OpenIncident, b: OpenIncident): void {
    const [older, younger] = [this.#goingOn(a), this.#goingOn(b)].sort(byAge)
    if (older === undefined || younger === undefined || older === younger) return
    this.#merged.set(younger, older)
    for (const cause of this.#roots.get(younger) ?? []) this.#give(older, cause)
    this.#roots.delete(younger)
  }

  /** What an incident goes on in, in the end. */
  #goingOn(one: OpenIncident): OpenIncident {
    const older = this.#merged.get(one)
    return older === undefined ? one : this.#goingOn(older)
  }

  #give(to: OpenIncident, cause: StandingCause): void {
    const own = this.#roots.get(to)
    if (own === undefined) this.#roots.set(to, [cause])
    else own.push(cause)
    this.#heldBy.delete(to)
  }

  #isHeld(one: OpenIncident, id: number): boolean {
    return this.#roots.has(one) && this.#heldIds(one).has(id)
  }

  #heldIds(one: OpenIncident): Set<number> {
    const known = this.#heldBy.get(one)
    if (known !== undefined) return known
    const held = new Set<number>()
    for (const { heldIds } of this.#roots.get(one) ?? []) for (const id of heldIds) held.add(id)
    this.#heldBy.set(one, held)
    return held
  }
}

/** Whose each cause is or lately was; of several the one that stands, else the younger. */
function ownersOf(open: readonly OpenIncident[], at: Instant): Map<CauseKey, OpenIncident> {
  const owners = new Map<CauseKey, OpenIncident>()
  for (const one of open) for (const key of one.lateRoots(at)) owners.set(key, one)
  for (const one of open) for (const key of one.standing.keys()) owners.set(key, one)
  return owners
}

function byAsset(open: readonly OpenIncident[], assetsOf: (one: OpenIncident) => Iterable<number>): Map<number, OpenIncident[]> {
  const found = new Map<number, OpenIncident[]>()
  for (const one of open)
    for (const id of assetsOf(one)) {
      const known = found.get(id)
      if (known === undefined) found.set(id, [one])
      else known.push(one)
    }
  return found
}
