import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { characterSet, type TextEncoding } from '#lib/domain/values/text-encoding.ts'
import { meaninglessByte } from '#lib/domain/values/windows-1252.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { cutOff, unusable } from './text-problems.ts'
import { decode, looksRight, type RecordSource } from './text-source.ts'

const RECORD_CHARACTERS_MAX = 10_000_000

interface CsvShape {
  delimiter?: string | undefined
  /** Nobody said the delimiter: a header of one name that holds another one is refused, with what to write. */
  isAssumed?: boolean
  header?: boolean | undefined
  columns?: string[] | undefined
  encoding?: TextEncoding | undefined
}

/** The rows of a CSV text, every value as text; of a line with more or fewer values than columns that it is none. */
export async function* readCsv(source: RecordSource, format: CsvShape): AsyncGenerator<JsonObject | UnusableRecord> {
  const { what, bytes, hasEnd } = source
  const { encoding = 'utf-8' } = format
  const text = looksRight(what, decode(what, bytes, encoding), 'csv')
  const unreadable = characterSet(encoding) === 'utf-8' ? undefined : meaninglessByte
  for await (const { line, row } of csvRows({ what, text, hasEnd, unreadable }, format)) {
    yield typeof row === 'string' ? new UnusableRecord(`line ${line}`, row) : row
  }
}

interface CsvText {
  what: string
  text: AsyncIterable<string>
  hasEnd?: boolean | undefined
  recordCharactersMax?: number
  /** Thrown for a row of more; absent: in words of our own. */
  tooLarge?: Error
  /** Why a decoded value is not what anybody wrote, completing "the row …"; undefined when it is. */
  unreadable: ((value: string) => string | undefined) | undefined
}

/** The rows of a decoded CSV text with the line each begins on; of an unusable one the reason, completing "the row …". */
export async function* csvRows(source: CsvText, shape: CsvShape): AsyncGenerator<{ line: number; row: JsonObject | string }> {
  const { what, text, hasEnd, recordCharactersMax = RECORD_CHARACTERS_MAX } = source
  const parser = parse({
    delimiter: shape.delimiter ?? ',',
    // Each of them ends a line, whatever the first one ends with: files that were put together have several.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: recordCharactersMax,
  })
  const end = new EndOfText()
  const fed = pipeline(Readable.from(end.watch(text)), parser)
  // The same error comes out of the parser, where somebody waits for it.
  fed.catch(() => {})
  const lines = new CsvLines(source, shape)
  try {
    for await (const values of parser) {
      const row = lines.take(values as string[])
      if (row !== null) yield row
    }
    await fed
  } catch (error) {
    throw inWords(source, error)
  } finally {
    parser.destroy()
  }
  if (!end.isLineEnd && (lines.isLastShort || hasEnd === false)) throw cutOff(what)
}

/** Whether a text ends with the end of a line. */
class EndOfText {
  isLineEnd = true

  async *watch(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const piece of pieces) {
      if (piece !== '') this.isLineEnd = /[\r\n]$/.test(piece)
      yield piece
    }
  }
}

/** Makes rows of the values of lines, and knows where each line stands. */
class CsvLines {
  /** The last line had fewer values than there are columns. */
  isLastShort = false
  readonly #what: string
  readonly #shape: CsvShape
  readonly #unreadable: CsvText['unreadable']
  #columns: readonly string[] | null
  #next = 1

  constructor({ what, unreadable }: CsvText, shape: CsvShape) {
    this.#what = what
    this.#shape = shape
    this.#unreadable = unreadable
    this.#columns = shape.header === false ? (shape.columns ?? []) : null
  }

  take(values: readonly string[]): { line: number; row: JsonObject | string } | null {
    const line = this.#next
    this.#next += values.reduce((lines, value) => lines + lineEndsIn(value), 1)
    const isBlank = values.length === 1 && values[0] === ''
    if (this.#columns === null) {
      if (!isBlank) this.#columns = this.#header(values)
      return null
    }
    this.isLastShort = !isBlank && values.length < this.#columns.length
    // In a file of one column a blank line is a row whose value is empty.
    if (isBlank && this.#columns.length !== 1) return null
    return { line, row: this.#row(values, this.#columns) }
  }

  #row(values: readonly string[], columns: readonly string[]): JsonObject | string {
    if (values.length !== columns.length) {
      return `has ${counted(values.length, 'value')}, and there are ${counted(columns.length, 'column')}`
    }
    const problem = this.#unreadableValue(values, columns)
    return problem ?? Object.fromEntries(columns.map((name, index) => [name, values[index] ?? '']))
  }

  #unreadableValue(values: readonly string[], columns: readonly string[]): string | undefined {
    if (this.#unreadable === undefined) return undefined
    for (const [index, value] of values.entries()) {
      const problem = this.#unreadable(value)
      if (problem !== undefined) return `${problem} (in ${columns[index]})`
    }
    return undefined
  }

  #header(names: readonly string[]): readonly string[] {
    const twice = names.find((name, index) => names.indexOf(name) < index)
    if (twice !== undefined) throw unusable(this.#what, `two columns are called "${twice}"`)
    if (names.some((name) => name.includes('\0'))) throw unusable(this.#what, 'its header holds a byte of 0, as no text does')
    if (names.includes('')) throw unusable(this.#what, `column ${names.indexOf('') + 1} has no name`)
    const missing = this.#shape.columns?.find((name) => !names.includes(name))
    if (missing !== undefined) throw unusable(this.#what, `its column "${missing}" is missing`)
    const { delimiter = ',', isAssumed = false } = this.#shape
    if (isAssumed && names.length === 1) refuseOtherDelimiter(this.#what, names[0] ?? '', delimiter)
    const problem = this.#unreadable?.(names.join())
    if (problem !== undefined) throw unusable(this.#what, `its header ${problem}`)
    return names
  }
}

const DELIMITERS = [';', '\t', '|', ',']

function refuseOtherDelimiter(what: string, header: string, assumed: string): void {
  const timesIn = (delimiter: string) => header.split(delimiter).length - 1
  const [likely = assumed] = DELIMITERS.filter((one) => one !== assumed).sort((a, b) => timesIn(b) - timesIn(a))
  if (timesIn(likely) === 0) return
  const lines = `delimiter: ${JSON.stringify(likely)}, or delimiter: ${JSON.stringify(assumed)} where it is one name`
  throw unusable(what, `its header holds ${JSON.stringify(likely)} and no ${JSON.stringify(assumed)}; write ${lines}`)
}

function lineEndsIn(value: string): number {
  return value.includes('\n') || value.includes('\r') ? (value.match(/\r\n|\n|\r/g)?.length ?? 0) : 0
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function inWords({ what, tooLarge }: CsvText, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  const line: unknown = Reflect.get(error, 'lines')
  const where = typeof line === 'number' ? ` near line ${line}` : ''
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return cutOff(what, new Error(error.code))
    case 'CSV_MAX_RECORD_SIZE':
      return tooLarge ?? unusable(what, `a row is larger than anything real${where}`)
    default:
      return unusable(what, `its quotes are not those of CSV${where}`)
  }
}
