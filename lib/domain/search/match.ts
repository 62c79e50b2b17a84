import type { SearchWords } from './question.ts'

/** Where something belongs, beside its name: by what it can be found, too. */
export const PLACES = ['owner', 'group', 'feed', 'label', 'connection', 'flow', 'job', 'touches', 'contract', 'reader'] as const
export type Place = (typeof PLACES)[number]

interface Described {
  name: string
  description: string | null
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

/** How well something answers, the best first; the order in which it is shown goes by it. */
export const RANK = { exact: 0, begins: 1, words: 2, inside: 3, place: 4, column: 5, why: 6, description: 7 } as const

const has = (text: string | null, word: string) => text?.toLowerCase().includes(word) === true

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
  const one = all.find(({ name }) => has(name, word)) ?? all.find(({ description }) => has(description, word))
  return one === undefined ? null : { field, text: one.name, description: one.description }
}

/** A text in pieces, those that were looked for marked. */
export function markedPieces(text: string, { words }: SearchWords): { text: string; isMarked: boolean }[] {
  const lower = text.toLowerCase()
  // Letters that grow when they are made small would shift what is marked.
  if (lower.length !== text.length || words.length === 0) return [{ text, isMarked: false }]
  const marks = Array.from({ length: text.length }, () => false)
  for (const word of words)
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) marks.fill(true, at, at + word.length)
  const pieces: { text: string; isMarked: boolean }[] = []
  for (const [at, isMarked] of marks.entries()) {
    const last = pieces.at(-1)
    if (last?.isMarked === isMarked) last.text += text[at]
    else pieces.push({ text: text[at] ?? '', isMarked })
  }
  return pieces
}
