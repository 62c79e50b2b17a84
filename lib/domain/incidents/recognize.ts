import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'
import { byAge, type Incident, type IncidentKey, SAME_INCIDENT_MS } from './incident.ts'

interface Likeness {
  rebuilt: Incident
  known: Incident
  sharesRoot: boolean
  sharedMembers: number
  sharedMs: number
}

/**
 * Which incident known before each rebuilt one is, by its key; none, where the facts have a new one. One is known again by what it opened with and when, else
 * by a cause that both had, else by its members, at times that meet; each at most once, what fits best first.
 */
export function recognize(known: readonly Incident[], rebuilt: readonly Incident[]): Map<IncidentKey, IncidentKey> {
  const byOpening = new Map(known.map((one) => [openingOf(one), one.key]))
  const found = new Map<IncidentKey, IncidentKey>()
  for (const one of rebuilt) {
    const same = byOpening.get(openingOf(one))
    if (same !== undefined) found.set(one.key, same)
  }
  const taken = new Set<IncidentKey>(found.values())
  const rest = known.filter(({ key }) => !taken.has(key))
  const likely = rebuilt.filter(({ key }) => !found.has(key)).flatMap((one) => rest.flatMap((other) => likenessOf(one, other) ?? []))
  for (const { rebuilt: one, known: other } of likely.sort(bestFirst)) {
    if (found.has(one.key) || taken.has(other.key)) continue
    found.set(one.key, other.key)
    taken.add(other.key)
  }
  return found
}

/** The incident, of these, that holds most of what another one held, at times that meet; null: none holds anything of it. */
export function heldBy(gone: Incident, others: readonly Incident[]): Incident | null {
  const likely = others.flatMap((one) => likenessOf(one, gone) ?? []).sort(bestFirst)
  return likely[0]?.rebuilt ?? null
}

function likenessOf(rebuilt: Incident, known: Incident): Likeness | null {
  const sharedMs = Math.min(endOf(rebuilt), endOf(known)) - Math.max(rebuilt.openedAt, known.openedAt)
  if (sharedMs <= -SAME_INCIDENT_MS) return null
  const roots = new Set(known.roots.map(({ key }) => key))
  const sharesRoot = rebuilt.roots.some(({ key }) => roots.has(key))
  const sharedMembers = membersOf(rebuilt).intersection(membersOf(known)).size
  return sharesRoot || sharedMembers > 0 ? { rebuilt, known, sharesRoot, sharedMembers, sharedMs } : null
}

/** No two incidents open at once with one cause. */
function openingOf({ openedBy, openedAt }: Incident): string {
  return `${openedBy}@${openedAt}`
}

function membersOf({ members }: Incident): Set<number> {
  return new Set(members.map(({ assetId }) => assetId))
}

function bestFirst(a: Likeness, b: Likeness): number {
  return (
    Number(b.sharesRoot) - Number(a.sharesRoot) ||
    b.sharedMembers - a.sharedMembers ||
    b.sharedMs - a.sharedMs ||
    byAge(a.rebuilt, b.rebuilt) ||
    byAge(a.known, b.known)
  )
}

function endOf({ end }: Incident): Instant {
  return end?.at ?? END_OF_TIME
}
