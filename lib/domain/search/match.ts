import { type SearchWords, unhyphened } from './question.ts'

/** Where something belongs, beside its name: by what it can be found, too. */
export const PLACES = ['owner', 'group', 'feed', 'label', 'connection', 'flow', 'job', 'touches', 'contract', 'reader', 'standing'] as const
export type Place = (typeof PLACES)[number]

/** What is said of a thing under a contract, so that it is found by these words. */
export const CONTRACT_STANDINGS = { any: 'among the contracts', broken: 'among the broken contracts' } as const

interface Described {
  name: string
  description: string | null
  /** What its producer says of who may know it, and how it is tagged. */
  classification?: string
  tags?: readonly string[]
}

/** What a search knows of one thing of the catalogue. */
export interface Searchable {
  name: string
  key: string
  places: readonly { place: Place; name?: string; text: string }[]
  columns: readonly Described[]
  /** The fields that a contract promises of it. */
  promised?: readonly Described[]
  why: string | null
  description: string | null
}

/** Why something is among what was found: the words of it that were looked for, and what of it they stand in. */
export type Match =
  | { field: 'name' | 'key' | 'why' | 'description'; text: string }
  | { field: Place; text: string; name?: string }
  | { field: 'column' | 'promised'; text: string; description: string | null }

/** How well something answers, the best first; the order in which it is shown goes by it. `field`: one is called, classified or tagged by that very word. */
export const RANK = { exact: 0, begins: 1, words: 2, field: 3, inside: 4, place: 5, column: 6, why: 7, description: 8 } as const

/** Whether a text says a word, hyphens or not. */
export function has(text: string | null, word: string): boolean {
  return text !== null && unhyphened(text.toLowerCase()).includes(unhyphened(word))
}

/** Whether a text is this very word, hyphens or not. */
export function isWord(text: string | null, word: string): boolean {
  return text !== null && unhyphened(text.toLowerCase()) === unhyphened(word)
}

/** Why it was found: for every word the first thing that says it, each said once. */
export function matchesOf({ words }: SearchWords, thing: Searchable): Match[] {
  const found = words.flatMap((word) => matchOf(word, thing) ?? [])
  return found.filter((match, at) => found.findIndex(({ field, text }) => field === match.field && text === match.text) === at)
}

function matchOf(word: string, { name, key, places, columns, promised = [], why, description }: Searchable): Match | null {
  if (has(name, word)) return { field: 'name', text: name }
  if (has(key, word)) return { field: 'key', text: key }
  const place = PLACES.flatMap((each) => places.filter((one) => one.place === each)).find(({ text }) => has(text, word))
  if (place !== undefined) return { field: place.place, text: place.text, ...(place.name !== undefined && { name: place.name }) }
  const told = describedBy(word, 'column', columns) ?? describedBy(word, 'promised', promised)
  if (told !== null) return told
  if (why !== null && has(why, word)) return { field: 'why', text: why }
  return description !== null && has(description, word) ? { field: 'description', text: description } : null
}

function describedBy(word: string, field: 'column' | 'promised', all: readonly Described[]): Match | null {
  const one =
    all.find(({ name }) => isWord(name, word)) ??
    all.find(({ name }) => has(name, word)) ??
    all.find(({ description }) => has(description, word))
  if (one !== undefined) return { field, text: one.name, description: one.description }
  const classified = all.find(({ classification = null, tags = [] }) => [classification, ...tags].some((told) => has(told, word)))
  return classified === undefined ? null : { field, text: classified.name, description: handlingInWords(classified) }
}

/** `classified confidential, tagged pii`: what its producer says of who may know a field; empty: nothing. */
export function handlingInWords({ classification, tags = [] }: Pick<Described, 'classification' | 'tags'>): string {
  const parts = [classification !== undefined && `classified ${classification}`, tags.length > 0 && `tagged ${tags.join(', ')}`]
  return parts.filter((part) => part !== false).join(', ')
}

/** A text in pieces, those that were looked for marked. */
export function markedPieces(text: string, { words }: SearchWords): { text: string; isMarked: boolean }[] {
  const lower = text.toLowerCase()
  // Letters that grow when they are made small would shift what is marked.
  if (lower.length !== text.length || words.length === 0) return [{ text, isMarked: false }]
  const marks = Array.from({ length: text.length }, () => false)
  const places = [...lower.matchAll(/[^-]/g)].map(({ index }) => index)
  const bare = unhyphened(lower)
  for (const word of words.map(unhyphened))
    for (let at = bare.indexOf(word); at >= 0; at = bare.indexOf(word, at + word.length))
      marks.fill(true, places[at], (places[at + word.length - 1] ?? 0) + 1)
  const pieces: { text: string; isMarked: boolean }[] = []
  for (const [at, isMarked] of marks.entries()) {
    const last = pieces.at(-1)
    if (last?.isMarked === isMarked) last.text += text[at]
    else pieces.push({ text: text[at] ?? '', isMarked })
  }
  return pieces
}
