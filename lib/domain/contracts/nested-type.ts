/** What a type that holds others holds, as systems write it; names as they are called there. */
export type NestedType = { kind: 'object'; fields: { name: string; typeText: string }[] } | { kind: 'array'; itemText: string }

const OBJECT = /^(?:struct|row|object|record)\s*([<(])/i
const ARRAY = /^(?:array|list)\s*([<(])/i
const OPENING = '<(['
const CLOSING = '>)]'
const TEXT_CHARACTERS_MAX = 20_000

/** Reads `struct<a int, b array<string>>`, `ROW(a int)`, `OBJECT(a NUMBER)`, `int[]` and their like; null for what tells nothing of what it holds. */
export function readNestedType(text: string): NestedType | null {
  const written = text.trim()
  if (written.length > TEXT_CHARACTERS_MAX) return null
  if (written.endsWith('[]')) return { kind: 'array', itemText: written.slice(0, -2).trim() }
  const object = OBJECT.exec(written)
  if (object !== null) return readFields(within(written, object[0].length))
  const array = ARRAY.exec(written)
  const item = array === null ? null : within(written, array[0].length)
  return item === null || item === '' ? null : { kind: 'array', itemText: withoutRules(item) }
}

/** What stands between the bracket before `from` and the one at the end; null: they are not of one pair. */
function within(text: string, from: number): string | null {
  const inner = text.slice(from, -1)
  const closing = CLOSING[OPENING.indexOf(text[from - 1] ?? '')]
  return text.endsWith(closing ?? ' ') && partsOf(inner) !== null ? inner.trim() : null
}

function readFields(inner: string | null): NestedType | null {
  const fields = (inner === null ? null : partsOf(inner))?.map(toField)
  return fields === undefined || fields.some((field) => field === null)
    ? null
    : { kind: 'object', fields: fields.filter((one) => one !== null) }
}

/** What is parted by commas that stand within no brackets and no quotes; null: a bracket has no partner. */
function partsOf(text: string): string[] | null {
  const parts = ['']
  const awaited: string[] = []
  for (const sign of text) {
    const isParting = sign === ',' && awaited.length === 0
    if (isParting) parts.push('')
    else parts[parts.length - 1] += sign
    if (!follows(awaited, sign)) return null
  }
  return awaited.length > 0 ? null : parts
}

const QUOTES = '"`\''

/** Notes which bracket or quote is to come next after a sign; false: another was to come. */
function follows(awaited: string[], sign: string): boolean {
  const next = awaited.at(-1)
  const isQuoted = next !== undefined && QUOTES.includes(next)
  if (sign === next) awaited.pop()
  else if (isQuoted) return true
  else if (QUOTES.includes(sign)) awaited.push(sign)
  else if (OPENING.includes(sign)) awaited.push(CLOSING[OPENING.indexOf(sign)] ?? '')
  else return !CLOSING.includes(sign)
  return true
}

const FIELD = /^(?:"([^"]+)"|`([^`]+)`|([^\s:"`]+))(?:\s*:\s*|\s+)(\S[\s\S]*)$/

function toField(part: string): { name: string; typeText: string } | null {
  const [, quoted, ticked, bare, type] = FIELD.exec(part.trim()) ?? []
  const name = quoted ?? ticked ?? bare
  return name === undefined || type === undefined ? null : { name, typeText: withoutRules(type) }
}

/** A type without what is said of it besides: whether it may be empty, and a comment. */
function withoutRules(type: string): string {
  const bare = withoutComment(type.trim())
  const mayBeEmpty = withoutWord(bare, 'null')
  return mayBeEmpty === null ? bare : (withoutWord(mayBeEmpty, 'not') ?? mayBeEmpty)
}

function withoutComment(type: string): string {
  const from = type.endsWith("'") ? type.lastIndexOf("'", type.length - 2) : -1
  const before = type.slice(0, Math.max(from, 0))
  const bare = before.trimEnd()
  return (bare.length < before.length ? withoutWord(bare, 'comment') : null) ?? type
}

/** What stands before a word at the end, and the space before it; null: it does not end so. */
function withoutWord(text: string, word: string): string | null {
  const before = text.slice(0, -word.length)
  const bare = before.trimEnd()
  return text.slice(-word.length).toLowerCase() === word && bare.length < before.length ? bare : null
}
