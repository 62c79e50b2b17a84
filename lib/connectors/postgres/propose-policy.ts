import type { Found } from '#lib/connectors/connector.ts'
import type { Relation } from './inventory.ts'

export type Proposal = NonNullable<Found['policy']>

/** How often a table was written, from its newest days: days ago, newest first. */
export interface LoadRhythm {
  daysAgo: readonly number[]
}

const BOOKKEEPING =
  /^_?(prisma_migrations|schema_migrations|flyway_schema_history|databasechangelog(lock)?|alembic_version|knex_migrations(_lock)?|ar_internal_metadata|django_migrations|goose_db_version|__EFMigrationsHistory|version)$/i
const FEW_ROWS = 2000
const STALE_DAYS = 100

/** Watched, not judged: with the reason why a promise would only make noise. Null: nothing speaks against one. */
export function whyNotJudged(relation: Relation, hasColumn: boolean): string | null {
  if (!relation.readable) return 'this account may not read it; GRANT SELECT first, then promise something'
  if (BOOKKEEPING.test(relation.name)) return 'a migration tool keeps its books in it'
  if (hasColumn) return null
  if (relation.kind === 'v') return 'no column of the view tells a time, and nothing counts writes to a view'
  if (relation.kind === 'm' || relation.kind === 'f') return 'no column tells a time, and nothing else can'
  if (relation.rows > 0 && relation.rows <= FEW_ROWS && relation.referencedBy > 0) {
    return `looks like a lookup table: ${Math.round(relation.rows)} rows, no time column, other tables refer to it`
  }
  return null
}

function largestGap(daysAgo: readonly number[]): number {
  let largest = 0
  for (const [i, days] of daysAgo.entries()) if (i > 0) largest = Math.max(largest, days - (daysAgo[i - 1] ?? days))
  return largest
}

const days = (n: number) => (n === 1 ? '1 day' : `${n} days`)

/** A promise that the table's own recent past would have kept. */
export function proposeFromRhythm({ daysAgo }: LoadRhythm): Proposal {
  const newest = daysAgo[0]
  if (newest === undefined)
    return { input: { kind: 'calendar-days' }, because: 'it is empty, so its past tells nothing: the default promise' }
  const gap = largestGap(daysAgo)
  if (newest > Math.max(STALE_DAYS, 3 * gap)) {
    return { input: { kind: 'none' }, because: `nothing was written for ${days(newest)}: it looks finished, or static` }
  }
  if (daysAgo.length < 5) {
    return { input: { kind: 'calendar-days' }, because: `only ${days(daysAgo.length)} with data are known: the default promise` }
  }
  if (newest > Math.max(gap, 1) + 1) {
    const because = `it used to be written every ${days(gap)} at most, but the newest row is ${days(newest)} old`
    return { input: rhythmPolicy(gap), because }
  }
  return { input: rhythmPolicy(gap), because: `its last ${daysAgo.length} days with data were never more than ${days(gap)} apart` }
}

function rhythmPolicy(gap: number): Proposal['input'] {
  if (gap <= 1) return { kind: 'calendar-days' }
  return { kind: 'calendar-days', lateAfterDays: gap, staleAfterDays: Math.max(STALE_DAYS, 3 * gap) }
}
