import { shortText } from '#lib/domain/values/short-text.ts'

const WORDS_MAX = 600

/** What dbt says of a node, as much as a page has room for. */
export function shortWords(text: string): string {
  return shortText(text, WORDS_MAX)
}
