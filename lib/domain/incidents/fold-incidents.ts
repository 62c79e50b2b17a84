import type { CauseKey } from '#lib/domain/lineage/causes/cause.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { assignRoots } from './assign-roots.ts'
import { byAge, type CausesAt, type FactEntry, type Incident, type IncidentKey, type IncidentState, SAME_INCIDENT_MS } from './incident.ts'
import { OpenIncident } from './open-incident.ts'

/** Something that happened to an incident. */
export interface News {
  incident: IncidentKey
  entry: FactEntry
}

/** What became of the incidents: where the fold stands now, what ended on the way, what happened, in order of time. */
export interface Folded {
  state: IncidentState
  ended: Incident[]
  news: News[]
}

/**
 * Carries incidents on from a state over changes of the causes, in order of time and later than the state, up to `through`: by the table of
 * `.github/decisions/033-incidents.md`. In steps or at once it comes to the same; the state it began with is left as it is.
 */
export function foldIncidents(state: IncidentState, changes: readonly CausesAt[], through: Instant): Folded {
  const fold = new Fold(state)
  for (const change of changes) fold.take(change)
  fold.settle(through)
  return fold.result(through)
}

class Fold {
  /** The oldest first. */
  #open: OpenIncident[]
  readonly #ended: OpenIncident[] = []
  readonly #taken: Set<IncidentKey>

  constructor({ unfinished, taken }: IncidentState) {
    this.#taken = new Set(taken)
    this.#open = unfinished.toSorted(byAge).map((incident) => new OpenIncident(incident))
  }

  take(change: CausesAt): void {
    const { at } = change
    this.settle(at)
    const { roots, merged, opening } = assignRoots(this.#open, change)
    for (const [older, taken] of merged) {
      older.add({ at, kind: 'merged', taken: taken.map(({ key }) => key) })
      for (const younger of taken) younger.mergeInto(at, older.key)
    }
    this.#takeOutEnded()
    for (const one of this.#open) {
      const own = roots.get(one)
      if (own !== undefined) one.standOn(at, own)
      else one.turnWell(at)
    }
    const opened = opening.map(({ cause, cameFrom }) => {
      const incident = OpenIncident.opening(at, this.#takeKey(cause.key, at), cause, cameFrom?.key ?? null)
      cameFrom?.add({ at, kind: 'split', off: incident.key })
      return incident
    })
    this.#open.push(...opened.sort(byAge))
  }

  /** Ends what has been well long enough. */
  settle(at: Instant): void {
    for (const one of this.#open) {
      const since = one.wellSince
      if (since !== null && at - since >= SAME_INCIDENT_MS) one.resolve(since)
    }
    this.#takeOutEnded()
  }

  result(through: Instant): Folded {
    const news = [...this.#ended, ...this.#open].sort(byAge).flatMap((one) => one.news.map((entry): News => ({ incident: one.key, entry })))
    return {
      state: { through, unfinished: this.#open.map(({ incident }) => incident), taken: this.#taken },
      ended: this.#ended.map(({ incident }) => incident),
      news: news.sort((a, b) => a.entry.at - b.entry.at),
    }
  }

  /** The key of one that opens now; where another has it, that of the last instant before which none has. */
  #takeKey(cause: CauseKey, at: Instant): IncidentKey {
    let key: IncidentKey = `${cause}@${at}`
    for (let before = at - 1; this.#taken.has(key); before -= 1) key = `${cause}@${before}`
    this.#taken.add(key)
    return key
  }

  #takeOutEnded(): void {
    this.#ended.push(...this.#open.filter(({ incident }) => incident.end !== null))
    this.#open = this.#open.filter(({ incident }) => incident.end === null)
  }
}
