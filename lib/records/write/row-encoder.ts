import { stringify } from 'csv-stringify/sync'
import {
  type CsvFormat,
  contentTypeOf,
  encodingOf,
  type FileFormat,
  type FixedColumn,
  type FixedFormat,
  isControl,
  textProblem,
  titleOf,
  width,
} from '#lib/domain/values/file-format.ts'
import { ExactNumber, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { encodeText } from '#lib/domain/values/text-encoding.ts'

/** The text of one row, or which column cannot be written and why. */
export type EncodedRow = { ok: true; text: string } | { ok: false; column: string; reason: string }

/** Turns rows into the text of a file, in order: every row once, then `end`. */
export interface RowEncoder {
  contentType: string
  toBytes(text: string): Uint8Array
  /** A refused row leaves no trace in the file. */
  row(row: JsonObject): EncodedRow
  /** What stands after the last row. Refuses columns that no row ever had: a slip of the pen would be an empty column. */
  end(): EncodedRow
}

/** An encoder for one file. */
export function createRowEncoder(format: FileFormat): RowEncoder {
  return { contentType: contentTypeOf(format), toBytes: (text) => encodeText(text, encodingOf(format)), ...encoderOf(format) }
}

type Encoding = Pick<RowEncoder, 'row' | 'end'>

function encoderOf(format: FileFormat): Encoding {
  switch (format.format) {
    case 'csv':
      return csvEncoder(format)
    case 'fixed':
      return fixedEncoder(format)
    case 'json':
      return jsonEncoder(format.columns, { open: '[\n', between: ',\n', empty: '[]\n', close: '\n]\n' })
    default:
      return jsonEncoder(format.columns, { open: '', between: '\n', empty: '', close: '\n' })
  }
}

/** Remembers which declared fields have been met in a row. */
class SeenFields {
  readonly #missing: Set<string>
  #rows = 0

  constructor(declared: readonly string[]) {
    this.#missing = new Set(declared)
  }

  note(row: JsonObject): void {
    this.#rows += 1
    if (this.#missing.size === 0) return
    for (const field of this.#missing) if (row[field] !== undefined) this.#missing.delete(field)
  }

  end(text: string): EncodedRow {
    const [column] = this.#missing
    if (this.#rows === 0 || column === undefined) return { ok: true, text }
    return { ok: false, column, reason: 'stands in no row' }
  }
}

function jsonEncoder(columns: readonly string[] | undefined, marks: Record<'open' | 'between' | 'empty' | 'close', string>): Encoding {
  const seen = new SeenFields(columns ?? [])
  let rows = 0
  return {
    row(row) {
      seen.note(row)
      rows += 1
      const chosen = columns === undefined ? row : Object.fromEntries(columns.map((field) => [field, row[field] ?? null]))
      return { ok: true, text: `${rows === 1 ? marks.open : marks.between}${JSON.stringify(chosen)}` }
    },
    end: () => seen.end(rows === 0 ? marks.empty : marks.close),
  }
}

function csvEncoder(format: CsvFormat): Encoding {
  const declared = format.columns?.map((column) => (typeof column === 'string' ? column : column.field))
  const seen = new SeenFields(declared ?? [])
  let columns = declared
  let header = format.header
  const head = (fields: readonly string[]) => (header ? csvLine((format.columns ?? fields).map(titleOf), format) : '')
  return {
    row(row) {
      const fields = columns ?? Object.keys(row)
      const problem = csvProblem(row, fields, declared === undefined, format)
      if (problem) return problem
      columns = fields
      seen.note(row)
      const text = `${head(fields)}${csvLine(
        fields.map((field) => guarded(row[field], format)),
        format,
      )}`
      header = false
      return { ok: true, text }
    },
    end: () => seen.end(head(columns ?? [])),
  }
}

function csvProblem(row: JsonObject, fields: readonly string[], allFields: boolean, format: CsvFormat): EncodedRow | undefined {
  const strange = allFields ? Object.keys(row).find((field) => !fields.includes(field)) : undefined
  if (strange !== undefined) return { ok: false, column: strange, reason: 'is a field the first row does not have; name the columns' }
  for (const field of fields) {
    const reason = textProblem(toCell(row[field]), format.encoding)
    if (reason !== undefined) return { ok: false, column: field, reason }
  }
  return undefined
}

function csvLine(cells: readonly string[], format: CsvFormat): string {
  if (cells.length === 0) return ''
  return stringify([cells], {
    delimiter: format.delimiter,
    record_delimiter: format.lineEnd === 'crlf' ? '\r\n' : '\n',
    quoted: format.quote === 'all',
    // A line of nothing but one empty value would be a blank line, which readers skip.
    quoted_empty: format.quote === 'all' || cells.length === 1,
    // Any line break, not only the one that ends our lines; and white space at the edges, which readers trim.
    quoted_match: /[\r\n]|^\s|\s$/,
  })
}

const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

function guarded(value: JsonValue | undefined, format: CsvFormat): string {
  const cell = toCell(value)
  return format.guardFormulas && typeof value === 'string' && FORMULA.test(cell) ? `'${cell}` : cell
}

function fixedEncoder(format: FixedFormat): Encoding {
  const seen = new SeenFields(format.columns.map(({ field }) => field))
  const lineEnd = format.lineEnd === 'crlf' ? '\r\n' : '\n'
  return {
    row(row) {
      let line = ''
      for (const column of format.columns) {
        const cell = fixedCell(toCell(row[column.field]), column, format)
        if (!cell.ok) return cell
        line += cell.text
      }
      seen.note(row)
      return { ok: true, text: `${line}${lineEnd}` }
    },
    end: () => seen.end(''),
  }
}

function fixedCell(value: string, column: FixedColumn, format: FixedFormat): EncodedRow {
  const problem = textProblem(value, format.encoding) ?? (isControl(value) ? 'holds a line break or control character' : undefined)
  if (problem !== undefined) return { ok: false, column: column.field, reason: problem }
  const text = column.cut ? cutTo(value, column.width, format) : value
  const room = column.width - width(text, format)
  if (room < 0) {
    return { ok: false, column: column.field, reason: `is ${width(value, format)} ${format.count} wide; the column has ${column.width}` }
  }
  const padding = column.pad.repeat(room)
  return { ok: true, text: column.align === 'left' ? text + padding : padding + text }
}

function cutTo(value: string, widest: number, format: FixedFormat): string {
  let kept = ''
  let taken = 0
  for (const character of value) {
    taken += width(character, format)
    if (taken > widest) break
    kept += character
  }
  return kept
}

/** A value as text: nothing for null, numbers with every digit, lists and objects as JSON. */
function toCell(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (value instanceof ExactNumber) return value.text
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
