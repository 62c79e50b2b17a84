import { has, isWord, RANK, type Searchable } from '#lib/domain/search/match.ts'
import { type SearchWords, spaced } from '#lib/domain/search/question.ts'

/** The last part of a key: the table of `lake/course_raw.course_data`. */
function tailOf(key: string): string {
  return key.replace(/^.*[/.]/s, '')
}

/**
 * What the ranking of the database is held against: how well something answers, as a whole by its name or key, else as its worst word does; null: a word of the
 * question stands nowhere in it.
 */
export function rankOf({ whole, words }: SearchWords, thing: Searchable): number | null {
  const names = [thing.name, thing.key, tailOf(thing.key)].map((text) => text.toLowerCase())
  if (words.length === 0 || names.includes(whole)) return RANK.exact
  if (names.some((name) => name.startsWith(whole))) return RANK.begins
  const ranks = words.map((word) => rankOfWord(word, thing))
  return ranks.includes(null) ? null : Math.max(...ranks.map((rank) => rank ?? 0))
}

function rankOfWord(word: string, thing: Searchable): number | null {
  const head = `${thing.name}\n${thing.key}`
  if (` ${spaced(head).replaceAll('\n', ' ').toLowerCase()}`.includes(` ${spaced(word)}`)) return RANK.words
  const fields = [...thing.columns, ...(thing.promised ?? [])]
  const texts = fields.flatMap(({ name, description, classification = null, tags = [] }) => [name, description, classification, ...tags])
  if (texts.some((text) => isWord(text, word))) return RANK.field
  if (has(head, word)) return RANK.inside
  if (thing.places.some(({ text }) => has(text, word))) return RANK.place
  if (texts.some((text) => has(text, word))) return RANK.column
  if (has(thing.why, word)) return RANK.why
  return has(thing.description, word) ? RANK.description : null
}
