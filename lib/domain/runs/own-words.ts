import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

const LENGTH_MAX = 200
/** What is longer is no word, and is cut within. */
const WORD_LENGTH_MAX = 40
const BROKEN_WORD = new RegExp(` \\S{0,${WORD_LENGTH_MAX}}…$`)
/** What Python says of a failure stands in the last line. */
const TRACEBACK = /^traceback\b/i

/** What a run that failed says of it as one short line that may stand in a sentence; null where it says nothing. */
export function ownWords(problem: string | null): string | null {
  const lines = (problem ?? '').split(/[\r\n\u2028\u2029]+/).flatMap((line) => line.replaceAll(/\s+/g, ' ').trim() || [])
  const told = TRACEBACK.test(lines[0] ?? '') ? lines.slice(-1) : lines
  const words = toShownText(told.reduce(joined, ''))
  if (words.length <= LENGTH_MAX) return words === '' ? null : words
  return shortText(words, LENGTH_MAX).replace(BROKEN_WORD, ' …')
}

/** A line that begins anew is a sentence of its own. What will be cut off is not looked at. */
function joined(before: string, line: string): string {
  if (before === '' || before.length > LENGTH_MAX) return before || line
  const isNew = /^\P{Ll}/u.test(line) && !/[.:;,!?…]$/.test(before)
  return `${before}${isNew ? '.' : ''} ${line}`
}
