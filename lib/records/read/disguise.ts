/** How much of a text is looked at before it is believed to be rows. */
export const LOOK_CHARACTERS = 65_536

const KNOWN_MARKUP = /^<(?:!doctype\b|\?xml\b|!--|html\b|head\b|body\b|[a-z][\w-]*:envelope\b)/i
const ELEMENT = /^<([a-z][\w:.-]*)(?:\s[^<>]*)?\/?>/i

/** True for a web page or XML; a CSV whose first column is called `<id>` is none. */
export function isMarkup(text: string): boolean {
  const start = text.trimStart()
  if (KNOWN_MARKUP.test(start)) return true
  const element = ELEMENT.exec(start)
  if (element === null) return false
  return element[0].endsWith('/>') ? start.trim() === element[0] : start.includes(`</${element[1]}>`)
}

/** True for a text that is one JSON value, or the beginning of one; a CSV whose first value begins with a bracket is none. */
export function isJson(text: string, isWhole: boolean): boolean {
  const start = text.trim()
  const end = endOfValue(start)
  if (end === undefined) return isWhole || text.length >= LOOK_CHARACTERS ? /^(?:\{\s*"(?:[^"\\]|\\.)*"\s*:|\[\s*[[{"])/.test(start) : false
  return parses(start.slice(0, end)) && /^\s*(?:[\r\n]|$)/.test(start.slice(end))
}

function endOfValue(text: string): number | undefined {
  let depth = 0
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/gs)) {
    if (token.startsWith('"')) continue
    depth += token === '[' || token === '{' ? 1 : -1
    if (depth <= 0) return index + 1
  }
  return undefined
}

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** How files begin that are no text, in hexadecimal digits. */
const BEGINNINGS: [what: string, beginning: string][] = [
  ['a PDF', '255044462d'],
  ['compressed by bzip2, which is not read; have it sent as .gz', '425a6839314159265359'],
  ['compressed by xz, which is not read; have it sent as .gz', 'fd377a585a00'],
  ['compressed by zstd, which is not read; have it sent as .gz', '28b52ffd'],
  ['compressed by compress (.Z), which is not read; have it sent as .gz', '1f9d'],
  ['a 7z archive, which is not read; have it sent as .zip', '377abcaf271c'],
  ['a RAR archive, which is not read; have it sent as .zip', '526172211a07'],
  ['a Parquet file', '5041523115'],
  ['a document of an older Office', 'd0cf11e0a1b11ae1'],
  ['compressed twice', '1f8b08'],
  ['compressed twice', '504b0304'],
]
const TAR_MARK = 'ustar'
const TAR_MARK_AT = 257

/** How many bytes tell what a file is. */
export const MARK_BYTES: number = TAR_MARK_AT + TAR_MARK.length

/** What bytes are when they are no text in any encoding we read, completing "it is …"; undefined when they may be. */
export function notText(head: Buffer): string | undefined {
  const wide = wideText(head)
  return otherThanText(head) ?? (wide === undefined ? undefined : `${wide}; have it written as UTF-8`)
}

/** What bytes are when they are no text at all, completing "it is …"; undefined when they may be. */
export function otherThanText(head: Buffer): string | undefined {
  const digits = head.toString('hex')
  const known = BEGINNINGS.find(([, beginning]) => digits.startsWith(beginning))
  if (known !== undefined) return known[0]
  if (head.toString('latin1', TAR_MARK_AT) === TAR_MARK) return 'a tar archive, which is not read'
  const isEmpty = head.length > 0 && head.every((byte) => byte === 0)
  return isEmpty ? 'empty but for bytes of 0, as a file is that was never written' : undefined
}

/** Text of two or four bytes a character, by its mark of byte order or because most of Latin text is 0 in it. */
export function wideText(head: Buffer): 'UTF-16' | 'UTF-32' | undefined {
  const mark = head.toString('hex', 0, 4)
  const zeros = [...head.keys()].filter((at) => head[at] === 0)
  if (mark === 'fffe0000' || mark === '0000feff' || isUnmarkedUtf32(head)) return 'UTF-32'
  return mark.startsWith('fffe') || mark.startsWith('feff') || isUnmarkedUtf16(head, zeros) ? 'UTF-16' : undefined
}

/** Only one byte of every four is not 0, always the same one. */
function isUnmarkedUtf32(head: Buffer): boolean {
  const filled = [...head.keys()].filter((at) => head[at] !== 0)
  return filled.length > 1 && filled.length * 4 <= head.length + 3 && new Set(filled.map((at) => at % 4)).size === 1
}

/** One byte of every pair is mostly 0, always the same one; or the first two characters are Latin. */
function isUnmarkedUtf16(head: Buffer, zeros: readonly number[]): boolean {
  const [first = 0, second = 0, third = 0, fourth = 0] = head
  if ((first === 0 && third === 0 && second !== 0 && fourth !== 0) || (second === 0 && fourth === 0 && first !== 0 && third !== 0))
    return true
  return zeros.length > 0 && zeros.length * 4 >= head.length && new Set(zeros.map((at) => at % 2)).size === 1
}
