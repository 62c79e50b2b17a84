import { z } from 'zod'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { textEncodingSchema } from '#lib/domain/values/text-encoding.ts'
import type { UnusableRecord } from '#lib/records/unusable-record.ts'
import { readCsv } from './csv.ts'
import { readJson } from './json.ts'
import { readNdjson } from './ndjson.ts'
import type { RecordSource } from './text-source.ts'

/** The keys of an `extract` block that say how a file or an answer becomes rows. */
export const recordFormatKeys = {
  format: z.enum(['json', 'ndjson', 'csv']),
  /** JSON: where the list of rows stands, keys with dots between them; absent: the text is the list. */
  records: z
    .string()
    .regex(/^[^.]+(\.[^.]+)*$/, 'is not a path; write one such as data.items')
    .optional(),
  /** CSV */
  delimiter: z
    .string()
    .regex(/^[^"\r\n]{1,3}$/, 'is not a delimiter; write one such as "," or "\\t"')
    .optional(),
  /** CSV: whether the first line names the columns. */
  header: z.boolean().optional(),
  /** CSV: the columns that must be there; without a header their names in order. */
  columns: z.array(z.string().min(1)).min(1).optional(),
  /** CSV and NDJSON */
  encoding: textEncodingSchema.optional(),
}

const plain = z.strictObject(recordFormatKeys)
export type RecordFormat = z.output<typeof plain>

/** What contradicts itself in these keys, with the key to blame. */
function recordFormatProblems(request: RecordFormat): { key: keyof RecordFormat; problem: string }[] {
  const { format, header, columns } = request
  const csvOnly = (['delimiter', 'header', 'columns'] as const).filter((key) => format !== 'csv' && request[key] !== undefined)
  return [
    ...csvOnly.map((key) => ({ key, problem: `belongs to CSV, and the format is ${format}` })),
    ...(format !== 'json' && request.records !== undefined
      ? [{ key: 'records' as const, problem: `belongs to JSON, and the format is ${format}` }]
      : []),
    ...(format === 'json' && request.encoding !== undefined
      ? [{ key: 'encoding' as const, problem: 'is not needed: JSON is always UTF-8' }]
      : []),
    ...(header === false && columns === undefined
      ? [{ key: 'columns' as const, problem: 'are missing: without a header nothing else names them' }]
      : []),
  ]
}

/** The problems of `recordFormatProblems` as issues of a zod schema. */
export function refineRecordFormat(request: RecordFormat, issues: z.RefinementCtx): void {
  for (const { key, problem } of recordFormatProblems(request)) issues.addIssue({ code: 'custom', path: [key], message: problem })
}

/**
 * The rows of a text, as they are read. Throws when it is not what it should be, and (worth a retry) when it was cut
 * off; rows that came before have been handed out by then.
 */
export function readRecords(source: RecordSource, format: RecordFormat): AsyncGenerator<JsonObject | UnusableRecord> {
  switch (format.format) {
    case 'csv':
      return readCsv(source, format)
    case 'ndjson':
      return readNdjson(source, format.encoding ?? 'utf-8')
    default:
      return readJson(source, { records: format.records, notes: {} })
  }
}
