import type { Found } from '#lib/connectors/kit/connector.ts'
import { toSnakeCase } from './column-words.ts'
import type { Relation } from './inventory.ts'

export type Proposal = NonNullable<Found['policy']>

export interface LoadRhythm {
  daysAgo: readonly number[]
  /** The latest minute of the day at which a past day's newest rows came; null where only days are told. */
  latestMinute?: number | null
  /** The column tells of loads; if all rows are of today, the table is loaded anew each time. */
  load?: boolean
  /** The column tells when something happened: yesterday is as new as it gets. */
  happened?: boolean
}

const BOOKKEEPING =
  /^_?(prisma_migrations|schema_migrations?|flyway_schema_history|databasechangelog(lock)?|alembic_version|knex_migrations(_lock)?|ar_internal_metadata|django_migrations|goose_db_version|__EFMigrationsHistory|.*_?(schema|db)_?version|version)$/i
/** What is written only when something goes wrong. */
const TROUBLE = /(^|_)(errors?|exceptions?|failures?|faults?|dead_letters?|bounces?)_?(logs?|queue|messages|history)?$/i
const FEW_ROWS = 2000
const STALE_DAYS = 100
/** So many days with data make a rhythm. */
const KNOWN_DAYS = 5
const WELL_KNOWN_DAYS = 10
const HOUR = 60
/** The page is read from 08:00 on: what comes later is promised by its own hour. */
const READY_BY = 8 * HOUR
const LATEST_BY = 23 * HOUR

/** Why a promise on it would only make noise; null: nothing speaks against one. */
export function whyNotJudged(relation: Relation): string | null {
  if (!relation.usable)
    return `this account may not look into schema ${relation.schema}: GRANT USAGE on it first, then SELECT on what is to be watched`
  if (!relation.readable) return 'this account may not read it; GRANT SELECT first, then promise something'
  if (BOOKKEEPING.test(relation.name)) return 'a migration tool keeps its books in it'
  if (TROUBLE.test(toSnakeCase(relation.name))) return 'by its name it is written only when something goes wrong, and nobody promises that'
  return null
}

/** What can be told of a relation without a time column, and why no promise is proposed on it. */
export function withoutColumn(relation: Relation, why: string): Proposal {
  return { input: { kind: 'none' }, because: `${why}${whatElseTells(relation)}` }
}

function whatElseTells({ kind, rows, referencedBy }: Relation): string {
  if (kind === 'v') return ', and nothing counts writes to a view: what it is made from is judged instead'
  if (kind === 'f') return ', and nothing counts what another server writes'
  if (kind === 'm')
    return ': its refreshes are counted from the first look on, but not how often they should come. Promise it once you know'
  if (rows > 0 && rows <= FEW_ROWS && referencedBy > 0)
    return `, and it looks like a lookup table: ${Math.round(rows)} rows, other tables refer to it`
  return ': that it was written shows from the first look on, weakly, but not how often it should be. Promise it once you know'
}

const days = (n: number) => (n === 1 ? '1 day' : `${n} days`)
const none = (because: string): Proposal => ({ input: { kind: 'none' }, because })

function promiseOf(everyDays: number, by: string | null = null): Proposal['input'] {
  return {
    kind: 'calendar-days',
    ...(everyDays > 1 ? { lateAfterDays: everyDays, staleAfterDays: Math.max(STALE_DAYS, 3 * everyDays) } : {}),
    ...(by === null ? {} : { by }),
  }
}

function punctual(gap: number, { latestMinute, happened }: LoadRhythm): { input: Proposal['input']; hour: string } {
  const ready = happened === true || latestMinute == null ? 0 : Math.ceil((latestMinute + HOUR) / 30) * 30
  if (ready <= READY_BY) return { input: promiseOf(gap), hour: '' }
  if (ready > LATEST_BY) return { input: promiseOf(gap + 1), hour: ', with rows until late at night' }
  const by = `${String(Math.floor(ready / HOUR)).padStart(2, '0')}:${String(ready % HOUR).padStart(2, '0')}`
  return { input: promiseOf(gap, by), hour: `, and its rows there by ${by}` }
}

function ofOneDay(newest: number, load: boolean): Proposal {
  const when = newest === 0 ? 'today' : newest === 1 ? 'yesterday' : `${days(newest)} ago`
  if (newest > 1) return none(`all its rows are of one day, ${when}: loaded once, or static`)
  if (load)
    return { input: promiseOf(1), because: `all its rows were loaded ${when}, as when it is loaded anew each time: the default promise` }
  return none(`all its rows are of one day, ${when}: nothing tells yet how often it should be written`)
}

function ofFewDays(known: number, newest: number, gap: number): Proposal {
  const told = `only ${days(known)} with data are known, at most ${days(gap)} apart`
  if (gap > STALE_DAYS) return none(`${told}: it is written now and then`)
  if (newest > 2 * gap) return none(`${told}, and the newest is ${days(newest)} old: too little to promise anything`)
  return { input: promiseOf(2 * gap), because: `${told}: a promise with as much again to spare` }
}

/** A promise that the table's recent past would have kept; broken today only where a well-known rhythm has stopped. */
export function proposeFromRhythm(rhythm: LoadRhythm): Proposal {
  const [newest, ...older] = rhythm.daysAgo
  if (newest === undefined) return none('it is empty, so its past tells nothing: promise it once it fills')
  const gaps = older.map((ago, i) => ago - (rhythm.daysAgo[i] ?? ago)).toSorted((a, b) => a - b)
  const largest = gaps.at(-1) ?? 0
  if (newest > Math.max(STALE_DAYS, 3 * largest)) return none(`nothing was written for ${days(newest)}: it looks finished, or static`)
  const known = rhythm.daysAgo.length
  if (known === 1) return ofOneDay(newest, rhythm.load === true)
  if (known < KNOWN_DAYS) return ofFewDays(known, newest, largest)
  const usual = gaps[Math.floor(gaps.length / 2)] ?? largest
  const isRegular = largest <= 3 * usual
  const silent = newest - (rhythm.happened === true ? 1 : 0)
  // The longest of a few gaps is soon exceeded: only a well-known rhythm is called late for having waited just as long.
  const isHeld = silent < largest || (silent === largest && (largest === 1 || known >= WELL_KNOWN_DAYS))
  if (isRegular && isHeld) {
    const { input, hour } = punctual(largest, rhythm)
    return { input, because: `its last ${known} days with data were never more than ${days(largest)} apart${hour}` }
  }
  if (isRegular && known >= WELL_KNOWN_DAYS) {
    const because = `it used to be written every ${days(largest)} at most, but the newest row is ${days(newest)} old`
    return { input: punctual(largest, rhythm).input, because }
  }
  const room = Math.ceil(1.5 * Math.max(largest, newest))
  const how = isRegular ? 'too few days with data are known to hold it to them' : 'it is written irregularly'
  return {
    input: promiseOf(room),
    because: `${how}, up to ${days(Math.max(largest, newest))} apart: a promise with half as much again to spare`,
  }
}
