import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'

const LENGTH_MAX = 200
/** What is longer is no word, and is cut within. */
const WORD_LENGTH_MAX = 40
const BROKEN_WORD = new RegExp(` \\S{0,${WORD_LENGTH_MAX}}…$`)
/** What Python says of a failure stands in the last line. */
const TRACEBACK = /^traceback\b/i
/** What a Data Factory says of a failure stands behind codes, and before where it comes from. */
const CODES = /\bErrorCode=\w+,.{0,200}?\bMessage=/
const BEHIND_IT = /,\s?(?:Source=|'+Type=)/

/** What a run that failed says of it as one short line that may stand in a sentence; null where it says nothing. */
export function ownWords(problem: string | null): string | null {
  const lines = (problem ?? '').split(/[\r\n\u2028\u2029]+/).flatMap((line) => line.replaceAll(/\s+/g, ' ').trim() || [])
  const told = TRACEBACK.test(lines[0] ?? '') ? lines.slice(-1) : lines
  const words = toShownText(withoutCodes(told.reduce(joined, '')))
  if (words.length <= LENGTH_MAX) return words === '' ? null : words
  return shortText(words, LENGTH_MAX).replace(BROKEN_WORD, ' …')
}

function withoutCodes(line: string): string {
  const codes = CODES.exec(line)
  if (codes === null) return line
  const [said = ''] = line.slice(codes.index + codes[0].length).split(BEHIND_IT, 1)
  return said.trim() || line
}

/** A line that begins anew is a sentence of its own. What will be cut off is not looked at. */
function joined(before: string, line: string): string {
  if (before === '' || before.length > LENGTH_MAX) return before || line
  const isNew = /^\P{Ll}/u.test(line) && !/[.:;,!?…]$/.test(before)
  return `${before}${isNew ? '.' : ''} ${line}`
}
