import type { Instant } from '#lib/domain/time/instant.ts'
import { hadEnded, stateAsOf } from './as-of.ts'
import { type Folded, foldIncidents, type News } from './fold-incidents.ts'
import type { CausesAt, FactEntry, Incident, IncidentKey } from './incident.ts'
import { heldBy, recognize } from './recognize.ts'
import { newsOfRewrite } from './rewritten.ts'

/** The incidents that late evidence may change, as they are known up to an instant; which of them people were told of and not that they ended; the keys of all others that might be given again. */
export interface KnownIncidents {
  through: Instant
  incidents: readonly Incident[]
  told: ReadonlySet<IncidentKey>
  taken: ReadonlySet<IncidentKey>
}

/** How the causes changed from an instant on, all there is to say of it: late evidence lets it begin before what is known ends. */
export interface CauseHistory {
  from: Instant
  changes: readonly CausesAt[]
}

/** One that late evidence says never was, and what holds its members instead. */
export interface GoneIncident {
  key: IncidentKey
  into: IncidentKey | null
}

/** The incidents that are new or may be otherwise than they were known, under the keys by which they are known; those that never were; what is news now. */
export interface Followed {
  incidents: Incident[]
  gone: GoneIncident[]
  news: News[]
  told: Set<IncidentKey>
}

/**
 * Carries what is known on to `now`: what late evidence restates of the past is news only where an incident stands otherwise now, what came since is news as it
 * came. That something ended is told only of what was told to stand.
 */
export function followIncidents(known: KnownIncidents, history: CauseHistory, now: Instant): Followed {
  const { restated, before, gone: missing } = restate(known, history)
  const folded = foldIncidents(
    { through: known.through, unfinished: restated.filter(({ end }) => end === null), taken: known.taken },
    history.changes.filter(({ at }) => at > known.through),
    now,
  )
  const { since, gone, moved } = findMoved({ restated, before, missing }, folded)
  const rebuilt = new Map([...restated, ...moved].map((one) => [one.key, one]))
  const holders = new Map(gone.map(({ key, into }) => [key, into]))
  const rewrites = [...new Set([...before.keys(), ...rebuilt.keys()])].flatMap((key) => {
    const into = holders.get(key) ?? null
    const entries = newsOfRewrite(before.get(key) ?? null, rebuilt.get(key) ?? null, known.told.has(key), now).map(
      (entry): FactEntry => (into === null ? entry : { at: entry.at, kind: 'merged-into', into }),
    )
    return entries.map((entry): News => ({ incident: key, entry }))
  })
  const { news, told } = tell([...rewrites, ...since.news], known.told)
  return {
    incidents: [...restated.filter(({ end }) => end !== null), ...since.incidents],
    gone,
    news,
    told,
  }
}

/** What is left to tell to people who were told before that these stand, and what they know then. */
function tell(news: readonly News[], told: ReadonlySet<IncidentKey>): { news: News[]; told: Set<IncidentKey> } {
  const standing = new Set(told)
  const left = news.filter(({ incident, entry: { kind } }) => {
    if (kind === 'opened' || kind === 'reopened') standing.add(incident)
    return kind === 'resolved' || kind === 'merged-into' ? standing.delete(incident) : standing.has(incident)
  })
  return { news: left, told: standing }
}

/** The incidents from an instant on, folded anew up to where they were known, under the keys by which they were known. */
function restate(known: KnownIncidents, { from, changes }: CauseHistory) {
  const before = known.incidents.filter((one) => !hadEnded(one, from))
  const folded = foldIncidents(
    stateAsOf(before, from, new Set([...known.taken, ...known.incidents.map(({ key }) => key)])),
    changes.filter(({ at }) => at <= known.through),
    known.through,
  )
  const rebuilt = all(folded)
  const names = recognize(before, rebuilt)
  const kept = new Set(names.values())
  const restated = rebuilt.map((one) => renamed(one, names))
  return {
    restated,
    before: new Map(before.map((one) => [one.key, one])),
    gone: before.filter(({ key }) => !kept.has(key)).map((one) => ({ key: one.key, into: heldBy(one, restated)?.key ?? null })),
  }
}

interface Restated {
  restated: readonly Incident[]
  before: ReadonlyMap<IncidentKey, Incident>
  missing: readonly GoneIncident[]
}

/** What late evidence lets begin only after all that was known is known again, too: it has moved, and news of it is how it stands now. */
function findMoved({ restated, before, missing }: Restated, folded: Folded) {
  const lost = missing.flatMap((one) => (one.into === null ? (before.get(one.key) ?? []) : []))
  const old = new Set(restated.map(({ key }) => key))
  const names = recognize(
    lost,
    all(folded).filter(({ key }) => !old.has(key)),
  )
  const found = new Set(names.values())
  const incidents = all(folded).map((one) => renamed(one, names))
  const moved = incidents.filter(({ key }) => found.has(key))
  const holderOf = (key: IncidentKey) => lost.filter((one) => one.key === key).map((one) => heldBy(one, incidents)?.key ?? null)[0] ?? null
  return {
    moved,
    since: { incidents, news: renamedNews(folded.news, names).filter(({ incident }) => !found.has(incident)) },
    gone: missing.filter(({ key }) => !found.has(key)).map(({ key, into }) => ({ key, into: into ?? holderOf(key) })),
  }
}

function renamedNews(news: readonly News[], names: ReadonlyMap<IncidentKey, IncidentKey>): News[] {
  const nameOf = (key: IncidentKey) => names.get(key) ?? key
  return news.map(({ incident, entry }) => ({ incident: nameOf(incident), entry: renamedEntry(entry, nameOf) }))
}

function all({ ended, state }: Pick<Folded, 'ended' | 'state'>): Incident[] {
  return [...ended, ...state.unfinished]
}

function renamed(incident: Incident, names: ReadonlyMap<IncidentKey, IncidentKey>): Incident {
  const nameOf = (key: IncidentKey) => names.get(key) ?? key
  const { key, cameFrom, end, entries } = incident
  return {
    ...incident,
    key: nameOf(key),
    cameFrom: cameFrom === null ? null : nameOf(cameFrom),
    end: end?.how === 'merged' ? { ...end, into: nameOf(end.into) } : end,
    entries: entries.map((entry) => renamedEntry(entry, nameOf)),
  }
}

function renamedEntry(entry: FactEntry, nameOf: (key: IncidentKey) => IncidentKey): FactEntry {
  if (entry.kind === 'opened' && entry.cameFrom !== null) return { ...entry, cameFrom: nameOf(entry.cameFrom) }
  if (entry.kind === 'merged') return { ...entry, taken: entry.taken.map(nameOf) }
  if (entry.kind === 'merged-into') return { ...entry, into: nameOf(entry.into) }
  return entry.kind === 'split' ? { ...entry, off: nameOf(entry.off) } : entry
}
