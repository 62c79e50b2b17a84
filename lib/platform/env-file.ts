import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { TidemarkError } from './errors.ts'

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

const UTF_16_MARKS = ['fffe', 'feff']
/** As much of a text as shows that every other byte is nothing. */
const SAMPLE_BYTES = 64

function isUtf16(bytes: Buffer): boolean {
  return UTF_16_MARKS.includes(bytes.toString('hex', 0, 2)) || bytes.subarray(0, SAMPLE_BYTES).includes(0)
}

/** The text of a file without the mark of byte order that some editors put in front; UTF-16 is refused, naming the file as told. */
export function decodeText(bytes: Buffer, what: string): string {
  if (!isUtf16(bytes)) return bytes.toString('utf8').replace(/^\uFEFF/, '')
  throw new TidemarkError('invalid', {
    publicMessage: `${what} is UTF-16 text (some Windows programs write it): save it as UTF-8. Nothing in it is used.`,
  })
}

/** The text of a file, as `decodeText` gives it. */
export function readTextFile(path: string, what: string): string {
  return decodeText(readFileSync(path), `${what} ${path}`)
}

const LINE = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=)(?:([ \t]*(["'`])[\s\S]*?\3)|[ \t]*(?=[^\s"'`#])(.+)|(#(?=\S).*))/gm

/** In quotes, so that Node does not take what follows a # for a comment: half a password would pass for all of it. */
function quoteWhole(line: string, name: string, _quoted: unknown, _mark: unknown, plain?: string, hash?: string): string {
  const whole = (plain ?? hash)?.replace(/\s+#.*$/, '').trimEnd()
  const quote = ["'", '`', '"'].find((mark) => !whole?.includes(mark))
  return whole?.includes('#') && quote !== undefined ? `${name}${quote}${whole}${quote}` : line
}

/** The variables of a `.env` file: a # begins a comment only at the start of a line or after a blank. Throws when it cannot be read. */
export function readEnvFile(path: string): Variables {
  return parseEnv(readTextFile(path, 'The file').replace(LINE, quoteWhole))
}
