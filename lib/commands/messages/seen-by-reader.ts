import type { Context, Sql } from '#lib/db/context.ts'
import { type IncidentFacts, loadIncidentFacts, loadStoodAt } from '#lib/db/messages/incident-facts.ts'
import { seenEvents, type WaitingNews } from '#lib/db/messages/incident-news.ts'

/** Incidents, and what of their news a receiver may hear. */
export interface SeenNews {
  news: WaitingNews[]
  known: ReadonlyMap<number, IncidentFacts>
}

/** Whether whoever it was loaded for sees only a part of an incident: its story is kept from them. */
export function isInPart({ entries }: IncidentFacts): boolean {
  return entries.length === 0
}

/**
 * What a receiver may hear of the incidents that something waits about: a channel (no reader) of everything, a reader of what they see. Whoever sees an incident in part was
 * told how that part stood when they heard of it last.
 */
export async function seenBy(ctx: Context, sql: Sql, reader: Context | null, waiting: readonly WaitingNews[]): Promise<SeenNews> {
  const ids = [...new Set(waiting.map(({ incidentId }) => incidentId))]
  // Who sees everything reads within the transaction, so that it takes one connection.
  const own = reader === null || reader.pool === ctx.whole ? sql : reader.pool
  const known = await loadIncidentFacts(own, ids)
  if (own === sql) return { news: [...waiting], known }
  const seen = await seenEvents(
    own,
    waiting.flatMap(({ eventId }) => eventId ?? []),
  )
  const told = waiting.flatMap(({ incidentId, toldAt }) => (toldAt === null ? [] : [{ incidentId, at: toldAt }]))
  const stood = await loadStoodAt(own, told)
  const news = waiting.filter(({ eventId }) => eventId === null || seen.has(eventId))
  return {
    known,
    news: news.map((row) =>
      isSeenInPart(known, row) && row.toldAt !== null ? { ...row, told: stood.has(row.incidentId) ? 'standing' : 'over' } : row,
    ),
  }
}

function isSeenInPart(known: SeenNews['known'], { incidentId }: WaitingNews): boolean {
  const incident = known.get(incidentId)
  return incident !== undefined && isInPart(incident)
}
