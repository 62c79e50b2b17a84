import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'

export type Variables = Readonly<Record<string, string | undefined>>

const UTF_16_MARKS = ['fffe', 'feff']
/** Enough bytes to recognise UTF-16: every other one is 0. */
const SAMPLE_BYTES = 64

function isUtf16(bytes: Buffer): boolean {
  return UTF_16_MARKS.includes(bytes.toString('hex', 0, 2)) || bytes.subarray(0, SAMPLE_BYTES).includes(0)
}

/** The text without a byte order mark; throws, naming the file as `what`, when it is no UTF-8. */
export function decodeText(bytes: Buffer, what: string): string {
  const text = decodeLoosely(bytes, what)
  if (isUtf8(bytes)) return text
  const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length
  throw new TidemarkError('invalid', {
    publicMessage: `${what} is not UTF-8 text (line ${line}): save it as UTF-8. Nothing in it is used.`,
  })
}

function decodeLoosely(bytes: Buffer, what: string): string {
  if (!isUtf16(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  throw new TidemarkError('invalid', {
    publicMessage: `${what} is UTF-16 text (some Windows programs write it): save it as UTF-8. Nothing in it is used.`,
  })
}

export function readTextFile(path: string, what: string): string {
  return decodeText(readFileSync(path), `${what} ${path}`)
}

const LINE = /^[ \t]*(?:export[ \t]+)?([\w.-]+[ \t]*=)(?:([ \t]*(["'`])[\s\S]*?\3)|[ \t]*(?=[^\s"'`#])(.+)|(#(?=\S).*))/gm

/** In place of a value with all three kinds of quotes, which parseEnv cannot read. */
const HELD = (index: number) => `tidemark held ${index}`

/** parseEnv takes what follows any # for a comment: half a password would pass for all of it. */
function quoteWhole(held: string[], groups: readonly (string | undefined)[]): string {
  const [name = '', quoted, , plain, hash] = groups
  const whole = (plain ?? hash)?.replace(/\s+#.*$/, '').trimEnd()
  if (whole === undefined || !whole.includes('#')) return `${name}${quoted ?? plain ?? hash ?? ''}`
  const quote = ["'", '`', '"'].find((mark) => !whole.includes(mark))
  if (quote !== undefined) return `${name}${quote}${whole}${quote}`
  held.push(whole)
  return `${name}'${HELD(held.length - 1)}'`
}

/** The variables of a `.env` file; # begins a comment only at the start of a line or after a blank. Throws when unreadable or no UTF-8. */
export function readEnvFile(path: string): Variables {
  const bytes = readFileSync(path)
  const held: string[] = []
  const text = decodeLoosely(bytes, `The file ${path}`).replace(LINE, (_line, ...groups: string[]) => quoteWhole(held, groups))
  const given = new Map(held.map((value, index) => [HELD(index), value]))
  const variables = Object.entries(parseEnv(text)).map(([name, value]) => [name, given.get(value ?? '') ?? value] as const)
  const broken = isUtf8(bytes) ? undefined : variables.find(([, value]) => value?.includes('\uFFFD'))
  if (broken === undefined) return Object.fromEntries(variables)
  throw new TidemarkError('invalid', {
    publicMessage: `The value of ${broken[0]} in the file ${path} is not UTF-8 text: save the file as UTF-8. Nothing in it is used.`,
  })
}
