import { toStorableText } from '#lib/domain/values/storable-text.ts'

/** Longer questions are cut, or refused where a program asks. */
export const QUESTION_LENGTH_MAX = 200
const WORDS_MAX = 8

/** What is looked for: the whole in small letters, and its words, of which every one must be found. */
export interface SearchWords {
  whole: string
  words: readonly string[]
}

/** Reads what somebody typed: no more than eight words, each once; without any, everything is asked for. */
export function readSearchWords(text: string): SearchWords {
  const typed = toStorableText(text.slice(0, QUESTION_LENGTH_MAX))
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => unhyphened(word) !== '')
  const words = [...new Set(typed)].slice(0, WORDS_MAX)
  return { whole: typed.length > WORDS_MAX ? words.join(' ') : typed.join(' '), words }
}

/** A text without its hyphens, as it is searched: `e-mail` and `email` are one word. */
export function unhyphened(text: string): string {
  return text.replaceAll('-', '')
}

/** The words without hyphens as patterns of SQL's `like`, which mean nothing but themselves. */
export function patternsOf({ words }: Pick<SearchWords, 'words'>): string[] {
  return words.map((word) => `%${unhyphened(word).replace(/[\\%_]/g, '\\$&')}%`)
}

/** Signs between the words of a name, `course_raw.course-data`. */
export const NAME_SEPARATORS = '_-./:'

/** A name with spaces between its words. */
export function spaced(name: string): string {
  return name.replace(/[_\-./:]/g, ' ')
}

const TRIGRAM = 3
const TRIGRAMS_MAX = 24

/** The runs of three letters of what was typed, by which names like it are found; the whole of a shorter word. */
export function trigramsOf({ words }: SearchWords): string[] {
  const runs = words.flatMap((word) => {
    const letters = [...word]
    if (letters.length <= TRIGRAM) return [word]
    return letters.slice(0, 1 - TRIGRAM).map((_, at) => letters.slice(at, at + TRIGRAM).join(''))
  })
  return [...new Set(runs)].slice(0, TRIGRAMS_MAX)
}
