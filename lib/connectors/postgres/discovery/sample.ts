import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import type { TextRow } from '#lib/connectors/postgres/session.ts'
import { quoteIdentifier, quoteTable } from '#lib/connectors/postgres/table-path.ts'
import { DAY_MS, type Instant, isFuture } from '#lib/domain/time/instant.ts'
import type { NewestValue } from './column-choice.ts'
import { type ColumnChoice, isTimeType } from './column-score.ts'
import type { Relation } from './inventory.ts'

const FEW_ROWS = 100_000
/** A view is run for its past when all it is made from together has at most this many rows. */
const VIEW_ROWS = 1_000_000
const SPREAD_BLOCKS = 2000
const LAST_BLOCKS = 200
const READS_ENDS = 140_000
export const MOST_COLUMNS = 4
const EARLIEST: Instant = Date.UTC(1990, 0, 1)
/** Later values are plans, or stand for "never". */
const TOMORROW = "(now() + interval '1 day')"

export interface ReadPlan {
  source(columns: readonly string[]): string
  sampled: boolean
  /** Too large to be read more than once: its newest value is asked for, as every probe does, and not its past. */
  once: boolean
}

function samplePlan(relation: Relation, version: number): ReadPlan {
  const table = quoteTable(relation)
  const share = Math.min(100, (100 * SPREAD_BLOCKS) / Math.max(1, relation.blocks))
  const end = relation.kind !== 'p' && relation.whole && version >= READS_ENDS && relation.blocks > LAST_BLOCKS
  // As an uncorrelated subquery it is computed once, and the planner can then skip to the end by a TID range scan.
  const from = `(select format('(%s,0)', greatest(0, pg_relation_size(${relation.oid}) / current_setting('block_size')::int - ${LAST_BLOCKS}))::tid)`
  return {
    sampled: true,
    once: false,
    source: (columns) => {
      const names = columns.map(quoteIdentifier).join(', ')
      const spread = `select ${names} from ${table} tablesample system (${share.toFixed(4)})`
      return `(${spread}${end ? ` union all select ${names} from ${table} where ctid >= ${from}` : ''}) as sampled`
    },
  }
}

export function planReading(relation: Relation, rowsBelow: number, version: number): ReadPlan {
  const whole: ReadPlan = { sampled: false, once: relation.kind === 'v' && rowsBelow > VIEW_ROWS, source: () => quoteTable(relation) }
  if (relation.kind === 'v' || relation.kind === 'f' || relation.rows <= FEW_ROWS) return whole
  return samplePlan(relation, version)
}

/** SQL: leaves out what lies ahead of every zone's clock; null for types that hold no times. */
export function notAhead(choice: ColumnChoice, name: string): string {
  if (choice.type === TYPE.date) return `${name} <= current_date`
  return isTimeType(choice.type) ? `${name} < ${TOMORROW}` : 'true'
}

/** The condition, as the catalogue writes it, that leaves out the future; null for types that cannot be asked. */
export function onlyPast({ column, type }: ColumnChoice, zone: string): string | null {
  const name = quoteIdentifier(column)
  if (type === TYPE.timestamptz) return `${name} <= now()`
  if (type === TYPE.timestamp) return `${name} <= now() at time zone '${zone}'`
  return type === TYPE.date ? `${name} <= current_date` : null
}

/** One row: whether there are rows, then of each column the newest value of all, and the newest that is not ahead. */
export function sampleStatement(relation: Relation, choices: readonly ColumnChoice[], plan: ReadPlan): string {
  const table = quoteTable(relation)
  const scanned = choices.filter((choice) => !choice.indexed)
  const values = choices.flatMap((choice) => {
    const name = quoteIdentifier(choice.column)
    if (choice.indexed) {
      return [`(select max(${name})::text from ${table})`, `(select max(${name})::text from ${table} where ${notAhead(choice, name)})`]
    }
    const at = scanned.indexOf(choice)
    return [`scanned.newest_${at}`, `scanned.past_${at}`]
  })
  const counted = scanned.map((choice, at) => {
    const name = quoteIdentifier(choice.column)
    return `max(${name})::text as newest_${at}, max(${name}) filter (where ${notAhead(choice, name)})::text as past_${at}`
  })
  const from =
    scanned.length === 0
      ? ''
      : ` from (select ${counted.join(', ')} from ${plan.source(scanned.map((choice) => choice.column))}) as scanned`
  return `select ${[`exists (select from ${table})::text`, ...values].join(', ')}${from}`
}

export interface ValueZones {
  said: string | undefined
  likely: readonly string[]
}

/** The zone in which the value lies in the past: local times east of UTC, read as UTC, seem to lie in the future. */
function zoneOf(text: string | null, choice: ColumnChoice, { said, likely }: ValueZones, now: Instant): string {
  if (said !== undefined) return said
  const fits = (zone: string) => {
    const time = readInstant(text, choice.type, zone, now)
    return !time.ok || time.at === null || time.precision === 'day' || !isFuture(time.at, now)
  }
  const time = readInstant(text, choice.type, 'UTC', now)
  return time.ok && time.wallClock && !fits('UTC') ? (likely.find(fits) ?? 'UTC') : 'UTC'
}

function readValue(newest: string | null, past: string | null, choice: ColumnChoice, zones: ValueZones, now: Instant): NewestValue | null {
  if (newest === null) return { at: null, text: '', ahead: false, zone: zones.said ?? 'UTC' }
  const zone = zoneOf(past, choice, zones, now)
  const time = readInstant(past, choice.type, zone, now)
  if (!time.ok || time.at === null || time.at < EARLIEST || isFuture(time.at, now + DAY_MS)) return null
  const isAhead = newest !== past || (time.precision === 'instant' && isFuture(time.at, now))
  return { at: time.at, text: past ?? '', ahead: isAhead, zone }
}

export function readSample(
  row: TextRow,
  choices: readonly ColumnChoice[],
  zones: ValueZones,
  now: Instant,
): Map<string, NewestValue | null> | null {
  const [exists, ...texts] = row.values
  if (exists !== 'true') return null
  return new Map(
    choices.map((choice, at) => [choice.column, readValue(texts[2 * at] ?? null, texts[2 * at + 1] ?? null, choice, zones, now)]),
  )
}
