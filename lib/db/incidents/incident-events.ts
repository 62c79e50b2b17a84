import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import type { IncidentKey } from '#lib/domain/incidents/incident.ts'
import type { EventKind } from '#lib/domain/incidents/incident-event.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Something to tell of an incident: what happened, as the fold or somebody says it. */
export interface NewIncidentEvent {
  incident: IncidentKey
  kind: EventKind
  entry: { at: Instant; kind: string }
}

/** Appends news in the given order. */
export async function insertIncidentEvents(sql: Sql, recordedAt: Instant, events: readonly NewIncidentEvent[]): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ incident, kind, entry }, position) => ({ position, key: incident, kind, at: toText(entry.at), entry }))
  await sql.query(
    `insert into incident_event (incident_id, kind, at, recorded_at, entry)
     select i.id, x.kind, x.at, $2, x.entry
     from jsonb_to_recordset($1::jsonb) as x(position int, key text, kind text, at timestamptz, entry jsonb) join incident i on i.key = x.key order by x.position`,
    [JSON.stringify(rows), toText(recordedAt)],
  )
}
