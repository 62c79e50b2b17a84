import type { Context } from '#lib/db/context.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import type { EntryKind, EntryState } from '#lib/domain/search/entry.ts'
import { type Match, matchesOf, type Searchable } from '#lib/domain/search/match.ts'
import type { SearchWords } from '#lib/domain/search/question.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { type HitFacts, NOTHING } from './hit-facts.ts'
import { READS } from './hit-reads.ts'
import type { FoundHit } from './ranked-sql.ts'

/** Something of the catalogue that answers a question, and why it does. */
export interface CatalogueHit extends HitFacts {
  kind: EntryKind
  key: string
  state: EntryState
  connection: string | null
  path: string | null
  matches: Match[]
  /** By what it can be found beside its name. */
  places: Searchable['places']
  /** How well it answers, and its place in the order. */
  rank: number
  place: string
}

/** A place in the order of hits, which stays whatever comes or goes. */
export function placeOf({ rank, nth_state, nth_kind, sorted, tie }: FoundHit): string {
  return JSON.stringify([rank, nth_state, nth_kind, sorted, tie])
}

/** What `placeOf` makes, and nothing a database or a parser would stumble over. */
export const PLACE = /^\[\d,\d,\d,"(?:[^"\\\p{Cc}]|\\(?:["\\bfnrt]|u00[01][1-9a-f]))*","[0-9a-f]{32}"\]$/u

/** The parts of a place, in the order of ORDER. */
export function partsOf(place: string): unknown[] {
  const parts: unknown[] = JSON.parse(place)
  return parts.map((part) => (typeof part === 'string' ? toStorableText(part) : part))
}

/** What was found with all that is shown of it, in its order; of what has gone this moment its key. */
export async function getHits(ctx: Context, search: SearchWords, found: readonly FoundHit[]): Promise<CatalogueHit[]> {
  const described = new Map((await Promise.all(READS.map((read) => read(ctx, found)))).flat())
  return found.map((one) => {
    const { kind, key, state, connection, path, rank, tie } = one
    const { facts, places } = described.get(tie) ?? { facts: { ...NOTHING, name: key }, places: [] }
    const promised = facts.contract?.versions.flatMap(({ fields }) => flatFields(fields))
    const matches = matchesOf(search, { key, places, ...facts, ...(promised !== undefined && { promised }) })
    return { ...facts, kind, key, state, connection, path, rank, places, matches, place: placeOf(one) }
  })
}
