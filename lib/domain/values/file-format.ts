import { z } from 'zod'
import { characterSet, type TextEncoding, textEncodingSchema } from './text-encoding.ts'
import { outsideWindows1252 } from './windows-1252.ts'

const encoding = textEncodingSchema.default('utf-8')
const lineEnd = z.enum(['lf', 'crlf']).default('lf')
const field = z.string().min(1)

const csvColumn = z.union([field, z.strictObject({ field, title: z.string().min(1) })], {
  error: 'is not a column; write the name of a field, or { field: surname, title: "Last name" }',
})

const csvFormat = z
  .strictObject({
    format: z.literal('csv'),
    /** The columns in their order; absent: the fields of the first row. */
    columns: z.array(csvColumn).min(1).optional(),
    delimiter: z
      .string()
      .regex(/^[^"\r\n]{1,3}$/, 'is not a delimiter; write one such as "," or "\\t"')
      .default(','),
    header: z.boolean().default(true),
    /** `needed` quotes what would break the line, `all` every value. */
    quote: z.enum(['needed', 'all']).default('needed'),
    /** Puts an apostrophe before text that a spreadsheet would run as a formula. Changes the data: for partners who open the file by hand. */
    guardFormulas: z.boolean().default(false),
    encoding,
    lineEnd,
  })
  .superRefine((format, issues) => {
    const titles = (format.columns ?? []).map(titleOf)
    titles.forEach((title, index) => {
      if (format.header && titles.indexOf(title) < index)
        issues.addIssue({ code: 'custom', path: ['columns', index], message: 'stands there twice' })
      const problem = textProblem(title, format.encoding)
      if (problem !== undefined) issues.addIssue({ code: 'custom', path: ['columns', index], message: problem })
    })
  })

const fixedColumn = z.strictObject({
  field,
  width: z.int().min(1).max(10_000),
  align: z.enum(['left', 'right']).default('left'),
  pad: z
    .string()
    .refine((pad) => [...pad].length === 1 && !isControl(pad), 'is not one character')
    .default(' '),
  /** Cut a value that is too wide instead of refusing its row. */
  cut: z.boolean().default(false),
})

const fixedFormat = z
  .strictObject({
    format: z.literal('fixed'),
    columns: z.array(fixedColumn).min(1),
    /** What a width counts: Unicode characters, or bytes of the encoding. */
    count: z.enum(['characters', 'bytes']).default('characters'),
    encoding,
    lineEnd,
  })
  .superRefine((format, issues) => {
    format.columns.forEach(({ pad }, index) => {
      const problem = textProblem(pad, format.encoding) ?? (width(pad, format) === 1 ? undefined : 'is more than one byte')
      if (problem !== undefined) issues.addIssue({ code: 'custom', path: ['columns', index, 'pad'], message: problem })
    })
  })

const fields = z.array(field).min(1).optional()
const jsonFormat = z.strictObject({ format: z.literal('json'), columns: fields })
const ndjsonFormat = z.strictObject({ format: z.literal('ndjson'), columns: fields })

/** How rows become a file: the keys of a `deliver` block that describe its form. JSON is always UTF-8 with line feeds. */
export const fileFormatSchema = z.discriminatedUnion('format', [csvFormat, jsonFormat, ndjsonFormat, fixedFormat], {
  error: (issue) => (issue.code === 'invalid_union' ? 'is not a format; write csv, json, ndjson or fixed' : undefined),
})
export type FileFormat = z.output<typeof fileFormatSchema>
export type CsvFormat = z.output<typeof csvFormat>
export type FixedFormat = z.output<typeof fixedFormat>
export type FixedColumn = FixedFormat['columns'][number]

/** The keys of a `deliver` block that belong to its format; all others are the connector's. */
export const FILE_FORMAT_KEYS: ReadonlySet<string> = new Set(fileFormatSchema.options.flatMap((option) => Object.keys(option.shape)))

/** The media type of a file in this format. */
export function contentTypeOf(format: FileFormat): string {
  switch (format.format) {
    case 'csv':
      return `text/csv; charset=${characterSet(format.encoding)}; header=${format.header ? 'present' : 'absent'}`
    case 'fixed':
      return `text/plain; charset=${characterSet(format.encoding)}`
    case 'json':
      return 'application/json'
    default:
      return 'application/x-ndjson'
  }
}

/** How the text of this format becomes bytes. */
export function encodingOf(format: FileFormat): TextEncoding {
  return 'encoding' in format ? format.encoding : 'utf-8'
}

/** What a CSV column is called in the header. */
export function titleOf(column: z.output<typeof csvColumn>): string {
  return typeof column === 'string' ? column : column.title
}

/** Why a text cannot be written in an encoding without changing it; undefined when it can. */
export function textProblem(text: string, written: TextEncoding): string | undefined {
  if (!text.isWellFormed()) return 'holds half of a Unicode character'
  const outside = characterSet(written) === 'utf-8' ? undefined : outsideWindows1252(text)
  return outside === undefined ? undefined : `holds "${outside}", which ${written} cannot write`
}

/** How much room a text takes in a fixed-width file. */
export function width(text: string, format: Pick<FixedFormat, 'count' | 'encoding'>): number {
  if (format.count === 'characters' || characterSet(format.encoding) !== 'utf-8') return [...text].length
  return [...text].reduce((bytes, character) => bytes + utf8Bytes(character.codePointAt(0) ?? 0), 0)
}

function utf8Bytes(codePoint: number): number {
  if (codePoint < 0x80) return 1
  if (codePoint < 0x800) return 2
  return codePoint < 0x1_00_00 ? 3 : 4
}

/** True for text with a character that would break a line or move a column. */
export function isControl(text: string): boolean {
  return /\p{Cc}|\u2028|\u2029/u.test(text)
}
