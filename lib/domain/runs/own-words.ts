import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

const LENGTH_MAX = 200
/** What Python says of a failure stands in the last line. */
const TRACEBACK = /^traceback\b/i

/** What a run that failed says of it as one short line that may stand in a sentence; null where it says nothing. */
export function ownWords(problem: string | null): string | null {
  const lines = (problem ?? '').split(/[\r\n\u2028\u2029]+/).filter((line) => line.trim() !== '')
  const told = TRACEBACK.test(lines[0]?.trim() ?? '') ? lines.slice(-1) : lines
  const words = toShownText(told.reduce(joined, '')).replaceAll(/\s+/g, ' ').trim()
  // What is cut off leaves no half of a word.
  return words === '' ? null : shortText(words, LENGTH_MAX).replace(/\s\S*…$/, ' …')
}

/** A line that begins anew is a sentence of its own. */
function joined(before: string, line: string): string {
  const isNew = /^\s*[^\s\p{Ll}]/u.test(line) && /[^\s.:;,!?]\s*$/.test(before)
  return `${before}${isNew ? '.' : ''} ${line}`
}
