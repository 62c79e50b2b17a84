import { DAY_MS, type Instant } from '#lib/domain/instant.ts'
import { timeOfDay } from '#lib/domain/local-day.ts'
import { dayNumberAt } from '#lib/domain/zone.ts'
import type { NewestValue } from './column-choice.ts'
import { type ColumnChoice, isTimeType } from './column-score.ts'
import { notAhead, type ReadPlan } from './first-look.ts'
import type { Relation } from './inventory.ts'
import type { LoadRhythm } from './propose-policy.ts'
import { readInstant, TYPE } from './read-instant.ts'
import { quoteIdentifier, quoteTable } from './table-path.ts'

/** How many of a table's newest days with data are looked at; each costs one step in an index. */
const DAYS_SEEN = 30
const INTEGERS: readonly number[] = [TYPE.int2, TYPE.int4, TYPE.int8]
const DAY_SECONDS = DAY_MS / 1000
/** Days of numbers since 1970: in seconds, milli-, micro- and nanoseconds. */
const EPOCH_DAYS: readonly { from: number; day: number }[] = [
  { from: 1e17, day: DAY_SECONDS * 1e9 },
  { from: 1e14, day: DAY_SECONDS * 1e6 },
  { from: 1e11, day: DAY_MS },
  { from: 0, day: DAY_SECONDS },
]

/** Whether digits are a written date (20261129…) rather than a count since 1970: then the day is in the first eight. */
function isWrittenDate(digits: string, at: Instant): boolean {
  return digits.startsWith(new Date(at).toISOString().slice(0, 7).replace('-', '')) || /^\d{8}$/.test(digits)
}

/** The beginning of the day a value lies in, as SQL over `value`, so that one day counts once. */
function dayOf(value: string, choice: ColumnChoice, { text, at }: NewestValue): string {
  if (isTimeType(choice.type)) return `date_trunc('day', ${value})`
  const digits = text.trim().split('.')[0] ?? ''
  const isDate = at !== null && isWrittenDate(digits, at)
  if (choice.type === TYPE.text || choice.type === TYPE.varchar) {
    if (!/^\d+$/.test(digits)) return `left(${value}, 10)`
    return `left(${value}, ${isDate ? 8 : Math.max(1, digits.length - 5)})`
  }
  const day = isDate ? 10 ** (digits.length - 8) : (EPOCH_DAYS.find(({ from }) => Number(digits) >= from)?.day ?? DAY_SECONDS)
  return INTEGERS.includes(choice.type) ? `${value} / ${day} * ${day}` : `floor(${value} / ${day}) * ${day}`
}

function walkStatement(relation: Relation, choice: ColumnChoice, dayOfNewest: string): string {
  const [table, column] = [quoteTable(relation), quoteIdentifier(choice.column)]
  return `
with recursive newest(v, n) as (
  select (select max(${column}) from ${table} where ${notAhead(choice, column)}), 1
  union all
  select (select max(${column}) from ${table} where ${column} < ${dayOfNewest}), n + 1
  from newest where newest.v is not null and n < ${DAYS_SEEN}
)
select string_agg(v::text, e'\\n' order by n) from newest where v is not null`
}

/** The newest value of each of the newest days with data: step by step down an index, else by reading what the plan says. */
export function rhythmStatement(relation: Relation, choice: ColumnChoice, plan: ReadPlan | null, newest: NewestValue): string {
  if (choice.indexed || relation.kind === 'f' || plan === null) return walkStatement(relation, choice, dayOf('newest.v', choice, newest))
  const column = quoteIdentifier(choice.column)
  const days = `select max(${column}) as v from ${plan.source([choice.column])} where ${notAhead(choice, column)} group by ${dayOf(column, choice, newest)} order by 1 desc nulls last limit ${DAYS_SEEN}`
  return `select string_agg(v::text, e'\\n' order by v desc) from (${days}) as days where v is not null`
}

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** The answer as days before now in the page's zone, with the latest hour at which a past day's last rows came. */
export function readRhythm(
  text: string | null,
  choice: ColumnChoice,
  zones: { values: string; page: string },
  now: Instant,
): Pick<LoadRhythm, 'daysAgo' | 'latestMinute'> {
  const today = dayNumberAt(now, zones.page)
  const daysAgo = new Set<number>()
  let latestMinute: number | null = null
  for (const value of (text ?? '').split('\n')) {
    const time = readInstant(value === '' ? null : value, choice.type, zones.values)
    if (!time.ok || time.at === null) continue
    const zone = time.precision === 'day' ? zones.values : zones.page
    const ago = Math.max(0, today - dayNumberAt(time.at, zone))
    daysAgo.add(ago)
    if (time.precision === 'instant' && ago > 0) latestMinute = Math.max(latestMinute ?? 0, minutesOf(timeOfDay(time.at, zones.page)))
  }
  return { daysAgo: [...daysAgo].toSorted((a, b) => a - b), latestMinute }
}
