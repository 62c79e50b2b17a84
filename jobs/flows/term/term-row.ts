import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DEPTH_MAX, isJsonObject, isTooDeep, type JsonObject, type JsonValue } from '#lib/domain/values/json.ts'
import { toStorableText } from '#lib/domain/values/storable-text.ts'
import { contentHash } from '#lib/records/canonical-form.ts'
import { ROW_NUMBER } from '#lib/records/select-columns.ts'
import { toTermCode } from '#lib/records/term-code.ts'

export interface TermRow {
  career: string
  strm: string
  rowNumber: number
  description: string | null
  isCurrent: boolean
  /** In the order of `TERM_COLUMNS`. */
  columns: (string | null)[]
  /** The row as it came; its hash leaves the row number out. */
  document: string
  hash: string
}

/** Column in the lake, key in the row, longest text the column takes. */
export const TERM_COLUMNS = [
  ['descr', 'DESCR', null],
  ['term_begin_dt', 'TERM_BEGIN_DT', null],
  ['term_end_dt', 'TERM_END_DT', null],
  ['current_ind', 'CURRENT_IND', 1],
  ['bu_cur_future_term', 'BU_CUR_FUTURE_TERM', 1],
  ['bu_future_term_1', 'BU_FUTURE_TERM_1', 4],
  ['bu_past_term_1', 'BU_PAST_TERM_1', 4],
  ['old_term', 'OLD_TERM', 5],
  ['acad_year', 'ACAD_YEAR', 4],
] as const

export interface TermKey {
  career: string
  strm: string
}

interface RefusedRow {
  key: string
  reason: string
  term: TermKey | null
}

/** Sorts an answer into good rows and refused ones. Row numbers tell which terms are neighbours: with one missing or repeated the whole
 * answer is refused, since it would choose the wrong terms. */
export function readTermRows(answer: readonly JsonValue[]): { rows: TermRow[]; refused: RefusedRow[] } {
  const rows: TermRow[] = []
  const refused: RefusedRow[] = []
  const numbers = new Set<number>()
  for (const [index, value] of answer.entries()) {
    const rowNumber = readRowNumber(value, index)
    if (numbers.has(rowNumber)) throw refuse(`two rows have the row number ${rowNumber}`)
    numbers.add(rowNumber)
    const row = readTermRow(isJsonObject(value) ? value : {}, rowNumber)
    if ('reason' in row) refused.push(row)
    else rows.push(row)
  }
  return { rows, refused }
}

function readRowNumber(value: JsonValue, index: number): number {
  const number = isJsonObject(value) ? value[ROW_NUMBER] : undefined
  const parsed = typeof number === 'string' && /^\d{1,9}$/.test(number) ? Number(number) : number
  if (typeof parsed === 'number' && Number.isInteger(parsed) && parsed >= 0 && parsed < 2_147_483_647) return parsed
  throw refuse(`row ${index + 1} has no row number (attr:rownumber)`)
}

function refuse(because: string): TidemarkError {
  return new TidemarkError('refused', {
    publicMessage: `The terms of PeopleSoft cannot be used: ${because}. The lake keeps the terms it has.`,
  })
}

function readTermRow(row: JsonObject, rowNumber: number): TermRow | RefusedRow {
  const career = text(row['ACAD_CAREER'])
  const strm = toTermCode(row['STRM'])
  const refused = (reason: string, term: TermKey | null = null) => ({
    key: `row ${rowNumber} ${career ?? ''}/${text(row['STRM']) ?? ''}`,
    reason,
    term,
  })
  if (career === null || tooLong(career, 4)) return refused('ACAD_CAREER is not a career of 1 to 4 characters')
  if (strm === null) return refused('STRM is not a term code of four digits')
  if (isTooDeep(row)) return refused(`it is nested deeper than ${DEPTH_MAX} levels`, { career, strm })
  const columns: (string | null)[] = []
  for (const [, key, longest] of TERM_COLUMNS) {
    const value = row[key]
    if (value !== undefined && value !== null && typeof value !== 'string' && typeof value !== 'number')
      return refused(`${key} is not text`, { career, strm })
    const column = text(value)
    if (column !== null && longest !== null && tooLong(column, longest))
      return refused(`${key} is longer than ${longest} characters`, { career, strm })
    columns.push(column)
  }
  const { [ROW_NUMBER]: _number, ...content } = row
  return {
    career,
    strm,
    rowNumber,
    description: columns[0] ?? null,
    isCurrent: columns[3] === 'Y',
    columns,
    document: JSON.stringify(row, (_key, value) => (typeof value === 'string' ? toStorableText(value, '') : value)),
    hash: contentHash(content),
  }
}

/** PeopleSoft writes a blank for nothing. */
function text(value: JsonValue | undefined): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const trimmed = toStorableText(String(value), '').trim()
  return trimmed === '' ? null : trimmed
}

function tooLong(value: string, longest: number): boolean {
  return [...value].length > longest
}
