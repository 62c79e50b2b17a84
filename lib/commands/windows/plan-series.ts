import type { PoolClient } from 'pg'
import { act } from '#lib/access/act.ts'
import type { Context } from '#lib/db/context.ts'
import { insertSeries, listSeriesOf, type StoredSeries } from '#lib/db/history/series.ts'
import { recurrenceProblems } from '#lib/domain/freshness/announced-work.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { DAY_MS, type Instant } from '#lib/domain/time/instant.ts'
import { localDay } from '#lib/domain/time/local-day.ts'
import { firstOverlap, type Recurrence } from '#lib/domain/time/recurrence.ts'
import { recurrenceInWords } from '#lib/domain/time/recurrence-in-words.ts'
import { dayName } from '#lib/domain/wording/dates.ts'
import { ADVISORY_LOCKS } from '#lib/platform/postgres/advisory-locks.ts'
import { expandSeries } from './expand-series.ts'
import { readNote, requireMatter, tellOf, type WindowSubject } from './matter.ts'

interface SeriesRequest {
  /** What it covers; null = everything. */
  subject: WindowSubject | null
  recurrence: Recurrence
  note: string | null
}

/** Rules are compared for so far ahead. */
const COMPARED_MS = 2 * 366 * DAY_MS

/** Announces maintenance that comes again, with its windows for the time ahead. Returns the id of the series. */
export async function planSeries(ctx: Context, { subject, recurrence, note }: SeriesRequest): Promise<number> {
  const now = ctx.clock.now()
  const action = subject === null ? 'window.everything' : 'window.open'
  return act(ctx, { action, target: subject, reason: note }, async (sql) => {
    const { subjectId } = await requireMatter(sql, subject, false)
    await requireRoom(sql, { id: null, subjectId, recurrence }, now)
    const series = await insertSeries(sql, { subjectId, recurrence, note: readNote(note), announcedBy: ctx.actor.name }, now)
    await expandSeries(sql, series, now)
    await tellOf(sql, { subjectId, flow: null }, now)
    return { result: series.id, after: { series: series.id, ...ruleInShort(series) } }
  })
}

/**
 * Refuses a rule that never comes, or that lies over another rule about the same. Nobody else may plan until the transaction ends.
 */
export async function requireRoom(
  sql: PoolClient,
  { id, subjectId, recurrence }: Pick<StoredSeries, 'subjectId' | 'recurrence'> & { id: number | null },
  now: Instant,
): Promise<void> {
  const problems = recurrenceProblems(recurrence, now)
  if (problems.length > 0) throw new TidemarkError('invalid', { publicMessage: problems.join(' ') })
  await sql.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.maintenancePlan])
  for (const other of await listSeriesOf(sql, subjectId)) {
    const at = other.id === id ? null : firstOverlap(recurrence, other.recurrence, now, now + COMPARED_MS)
    if (at === null) continue
    const words = recurrenceInWords(other.recurrence)
    const day = dayName(localDay(at, recurrence.zone))
    throw new TidemarkError('conflict', {
      publicMessage: `It would lie over what comes again already, “${words}”, first on ${day}. Change that one, or choose another time.`,
    })
  }
}

/** A rule as the audit keeps it. */
export function ruleInShort({ recurrence, note }: Pick<StoredSeries, 'recurrence' | 'note'>): object {
  return { rule: recurrenceInWords(recurrence), zone: recurrence.zone, first: recurrence.firstDay, note }
}
