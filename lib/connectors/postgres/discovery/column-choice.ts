import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { type CandidateColumn, type ColumnChoice, isTimeType, otherTimes, rankColumns } from './column-score.ts'

export interface NewestValue {
  /** The newest value that is not later than tomorrow; null: no row has one yet. */
  at: Instant | null
  /** As PostgreSQL prints it. */
  text: string
  /** Later ones exist, too: plans, or a 9999 for "never". */
  ahead: boolean
  zone: string
}
/** Null where a column holds no times of the past. */
export type NewestValues = ReadonlyMap<string, NewestValue | null>

const BEHIND_MS = DAY_MS
/** Columns whose scores differ by less are told apart by their values. */
const ALIKE = 10

interface Picked {
  choice: ColumnChoice
  because: string
}

function isLater(values: NewestValues, a: ColumnChoice, b: ColumnChoice, byMs: number): boolean {
  const [one, other] = [values.get(a.column), values.get(b.column)]
  return one?.at != null && (other?.at ?? Number.NEGATIVE_INFINITY) + byMs < one.at
}

/** A change column that is null in new rows says less than the creation column. */
function pickWritten(ranked: readonly ColumnChoice[], best: ColumnChoice, values: NewestValues): Picked {
  const others = ranked.filter((choice) => choice.clock === 'writtenAt' && isLater(values, choice, best, BEHIND_MS))
  const [newest] = others.toSorted((a, b) => (isLater(values, a, b, 0) ? -1 : 1))
  if (newest === undefined) return { choice: best, because: best.because }
  return { choice: newest, because: `its newest value is later than that of ${best.column}; ${newest.because}` }
}

function pickHappened(ranked: readonly ColumnChoice[], best: ColumnChoice, values: NewestValues): Picked {
  const alike = ranked.filter((choice) => choice.indexed === best.indexed && best.score - choice.score <= ALIKE)
  const choice = alike.reduce((one, other) => (isLater(values, other, one, 0) ? other : one), best)
  return { choice, because: choice.because }
}

function whyGuessed({ choice, because }: Picked, columns: readonly CandidateColumn[], values: NewestValues): string {
  const times = columns.filter((column) => isTimeType(column.type)).map((column) => column.name)
  const others = times.filter((name) => name !== choice.column)
  if (others.length === 0) return because.replace('it holds times, whatever they mean', 'it is the only kind of time there is')
  const compared = others.filter((name) => values.get(name)?.at != null)
  const newest =
    compared.length > 0 ? `it has the newest value of the ${compared.length + 1} that could be` : 'it is the first that could be'
  return `none of its ${times.length} times (${times.join(', ')}) is named like a time of writing; ${newest}; ${because}`
}

/** The column that best tells when the table was loaded, with the reason; null: none. A column without a value, or of plans only, never
 * is. */
export function chooseColumn(columns: readonly CandidateColumn[], values: NewestValues = new Map()): ColumnChoice | null {
  const ranked = rankColumns(columns).filter((choice) => values.get(choice.column) !== null)
  const filled = ranked.filter(({ column }) => values.get(column)?.at !== null)
  const best = filled.find(({ column }) => values.get(column)?.ahead !== true) ?? filled[0] ?? ranked[0]
  if (best === undefined) return null
  const picked = best.clock === 'writtenAt' ? pickWritten(ranked, best, values) : pickHappened(ranked, best, values)
  const because = picked.choice.guessed ? whyGuessed(picked, columns, values) : picked.because
  return { ...picked.choice, because: `column ${picked.choice.column}: ${because}` }
}

export function whyNoColumn(columns: readonly CandidateColumn[], values: NewestValues = new Map()): string {
  const empty = rankColumns(columns).filter((choice) => values.get(choice.column) === null)
  if (empty.length > 0)
    return `no column holds a time of the past (${empty.map((choice) => choice.column).join(', ')}: none, or in the future)`
  const others = otherTimes(columns)
  return others.length === 0 ? 'no column tells a time' : `its times (${others.join(', ')}) tell of something else than writing`
}
