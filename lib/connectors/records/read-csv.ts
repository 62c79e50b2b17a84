import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, parse } from 'csv-parse'
import { isJsonObject, type JsonObject } from '#lib/domain/json.ts'
import { cutOff, decode, looksRight, type RecordSource, unusable } from './text-source.ts'

const RECORD_CHARACTERS_MAX = 10_000_000

interface CsvShape {
  delimiter?: string | undefined
  header?: boolean | undefined
  columns?: string[] | undefined
  encoding?: 'utf-8' | 'latin1' | undefined
}

/** The rows of a CSV text, every value as text. Every line must have the columns of the first. */
export async function* readCsv({ what, bytes }: RecordSource, format: CsvShape): AsyncGenerator<JsonObject> {
  const { header = true, columns, delimiter = ',', encoding = 'utf-8' } = format
  let hasHeader = false
  const parser = parse({
    delimiter,
    // Each of them ends a line, whatever the first one ends with: files that were put together have several.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    max_record_size: RECORD_CHARACTERS_MAX,
    columns: header
      ? (names: string[]) => {
          hasHeader = true
          return checkHeader(what, names, columns)
        }
      : (columns ?? []),
  })
  const fed = pipeline(Readable.from(looksRight(what, decode(what, bytes, encoding), 'csv')), parser)
  // The same error comes out of the parser, where somebody waits for it.
  fed.catch(() => {})
  try {
    for await (const row of parser) if (isJsonObject(row)) yield row
    await fed
  } catch (error) {
    throw inWords(what, error)
  } finally {
    parser.destroy()
  }
  if (header && !hasHeader) throw unusable(what, 'it is empty: not even a header is there')
}

function checkHeader(what: string, names: string[], expected: readonly string[] | undefined): string[] {
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw unusable(what, `two columns are called "${twice}"`)
  if (names.includes('')) throw unusable(what, `column ${names.indexOf('') + 1} has no name`)
  const missing = expected?.find((name) => !names.includes(name))
  if (missing !== undefined) throw unusable(what, `its column "${missing}" is missing`)
  return names
}

function inWords(what: string, error: unknown): unknown {
  if (!(error instanceof CsvError)) return error
  const line: unknown = Reflect.get(error, 'lines')
  const where = typeof line === 'number' ? ` near line ${line}` : ''
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return cutOff(what, new Error(error.code))
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return unusable(what, `it has more or fewer values than columns${where}`)
    case 'CSV_MAX_RECORD_SIZE':
      return unusable(what, `a row is larger than anything real${where}`)
    default:
      return unusable(what, `its quotes are not those of CSV${where}`)
  }
}
