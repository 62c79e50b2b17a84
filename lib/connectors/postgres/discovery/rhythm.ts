import { readInstant, TYPE } from '#lib/connectors/postgres/read-instant.ts'
import { quoteIdentifier, quoteTable } from '#lib/connectors/postgres/table-path.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { timeOfDay } from '#lib/domain/time/local-day.ts'
import { dayNumberAt } from '#lib/domain/time/zone.ts'
import type { NewestValue } from './column-choice.ts'
import { type ColumnChoice, isTimeType } from './column-score.ts'
import type { Relation } from './inventory.ts'
import type { LoadRhythm } from './propose-policy.ts'
import { notAhead, onlyPast, type ReadPlan } from './sample.ts'

/** How many of a table's newest days are read; each costs one step in an index. */
const DAYS_SEEN = 30
const INTEGERS: readonly number[] = [TYPE.int2, TYPE.int4, TYPE.int8]
/** Numbers since 1970 by their size: nano-, micro-, milliseconds, seconds. */
const EPOCHS: readonly { from: number; perSecond: number }[] = [
  { from: 1e17, perSecond: 1e9 },
  { from: 1e14, perSecond: 1e6 },
  { from: 1e11, perSecond: 1e3 },
]

function isWrittenDate(digits: string, at: Instant): boolean {
  return digits.startsWith(new Date(at).toISOString().slice(0, 7).replace('-', '')) || /^\d{8}$/.test(digits)
}

interface RhythmZones {
  values: string
  page: string
}

const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`

function dayOfTime(value: string, type: number, { values, page }: RhythmZones): string {
  if (type === TYPE.date) return `date_trunc('day', ${value})`
  if (type === TYPE.timestamptz) return `date_trunc('day', ${value}, ${quoteText(page)})`
  const meant = `at time zone ${quoteText(values)}`
  return `date_trunc('day', ${value} ${meant}, ${quoteText(page)}) ${meant}`
}

function dayOfEpoch(value: string, perSecond: number, { page }: RhythmZones): string {
  return `extract(epoch from date_trunc('day', to_timestamp(${value} / ${perSecond}::float8), ${quoteText(page)}))::int8 * ${perSecond}::int8`
}

function dayOfWritten(value: string, type: number, day: number): string {
  return INTEGERS.includes(type) ? `${value} / ${day} * ${day}` : `floor(${value} / ${day}) * ${day}`
}

/** SQL: the beginning of the day a value lies in, so that one day counts once; texts are grouped by their own day. */
function dayOf(value: string, choice: ColumnChoice, { text, at }: NewestValue, zones: RhythmZones): string {
  if (isTimeType(choice.type)) return dayOfTime(value, choice.type, zones)
  const digits = text.trim().split('.')[0] ?? ''
  const isDate = at !== null && isWrittenDate(digits, at)
  if (choice.type === TYPE.text || choice.type === TYPE.varchar) {
    if (!/^\d+$/.test(digits)) return `left(${value}, 10)`
    return `left(${value}, ${isDate ? 8 : Math.max(1, digits.length - 5)})`
  }
  if (isDate) return dayOfWritten(value, choice.type, 10 ** (digits.length - 8))
  return dayOfEpoch(value, EPOCHS.find(({ from }) => Number(digits) >= from)?.perSecond ?? 1, zones)
}

function walkStatement(relation: Relation, choice: ColumnChoice, dayOfNewest: string, past: string): string {
  const [table, column] = [quoteTable(relation), quoteIdentifier(choice.column)]
  return `
with recursive newest(v, n) as (
  select (select max(${column}) from ${table} where ${past}), 1
  union all
  select (select max(${column}) from ${table} where ${column} < ${dayOfNewest}), n + 1
  from newest where newest.v is not null and n < ${DAYS_SEEN}
)
select string_agg(v::text, e'\\n' order by n) from newest where v is not null`
}

/** The newest value of each of the newest days with data: step by step down an index, else by reading what the plan says. */
export function rhythmStatement(relation: Relation, choice: ColumnChoice, plan: ReadPlan, newest: NewestValue, zones: RhythmZones): string {
  const column = quoteIdentifier(choice.column)
  const past = (newest.ahead ? onlyPast(choice, newest.zone) : null) ?? notAhead(choice, column)
  if (choice.indexed || relation.kind === 'f') return walkStatement(relation, choice, dayOf('newest.v', choice, newest, zones), past)
  const days = `select max(${column}) as v from ${plan.source([choice.column])} where ${past} group by ${dayOf(column, choice, newest, zones)} order by 1 desc nulls last limit ${DAYS_SEEN}`
  return `select string_agg(v::text, e'\\n' order by v desc) from (${days}) as days where v is not null`
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

export function readRhythm(
  text: string | null,
  choice: ColumnChoice,
  zones: RhythmZones,
  now: Instant,
): Pick<LoadRhythm, 'daysAgo' | 'latestMinute'> {
  const today = dayNumberAt(now, zones.page)
  const daysAgo = new Set<number>()
  let latestMinute: number | null = null
  for (const value of (text ?? '').split('\n')) {
    const time = readInstant(value === '' ? null : value, choice.type, zones.values, now)
    if (!time.ok || time.at === null) continue
    const zone = time.precision === 'day' ? zones.values : zones.page
    const ago = Math.max(0, today - dayNumberAt(time.at, zone))
    daysAgo.add(ago)
    if (time.precision === 'instant' && ago > 0) latestMinute = Math.max(latestMinute ?? 0, minutesOf(timeOfDay(time.at, zones.page)))
  }
  return { daysAgo: [...daysAgo].toSorted((a, b) => a - b), latestMinute }
}
