import { ms } from '#lib/db/causes/result-sql.ts'
import type { Sql } from '#lib/db/context.ts'
import { requireRow, toText } from '#lib/db/instants.ts'
import type { Actor } from '#lib/domain/access/actor.ts'
import type { FactEntry, IncidentKey } from '#lib/domain/incidents/incident.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** An incident as far as it matters for what is said of it. */
export interface SaidOfRow {
  id: number
  key: IncidentKey
  endedAt: Instant | null
  entries: FactEntry[]
}

const GOES_ON = `
  with recursive onward(id, depth) as (
    select id, 0 from incident where id = $1
    union all
    select i.merged_into_id, o.depth + 1 from onward o join incident i on i.id = o.id where i.merged_into_id is not null and o.depth < 100
  )
  select id from onward order by depth desc limit 1`

/** The incident in which this one goes on in the end, itself where it does in none; others wait until the transaction ends. Undefined: there is no such one. */
export async function lockIncident(sql: Sql, id: number): Promise<SaidOfRow | undefined> {
  const { rows } = await sql.query<SaidOfRow>(
    `select i.id, i.key, ${ms('i.ended_at')} as "endedAt", i.entries from incident i where i.id = (${GOES_ON}) for update`,
    [id],
  )
  return rows[0]
}

/** What was said of an incident, of those that ended in it or turned out to be it, in order of time. */
export async function loadSaid(sql: Sql, id: number): Promise<Said[]> {
  const { rows } = await sql.query<{ at: Instant; kind: Said['kind']; by: string; words: object }>(
    `with recursive taken(id) as (select $1::int union select i.id from taken t join incident i on i.merged_into_id = t.id)
     select ${ms('s.at')} as at, s.kind, s.said_by as by, s.words from taken t join incident_said s on s.incident_id = t.id order by s.at, s.id`,
    [id],
  )
  return rows.map(toSaid)
}

/** What somebody said, as it was stored. */
export function toSaid({ at, kind, by, words }: { at: Instant; kind: Said['kind']; by: string; words: object }): Said {
  // Only `insertSaid` writes these words, so their shape is trusted.
  return { ...words, at, kind, by } as Said
}

/** Adds what somebody said; answers the id of the row. */
export async function insertSaid(
  sql: Sql,
  incidentId: number,
  { at, by, kind, ...words }: Said,
  actor: Pick<Actor, 'kind' | 'id'>,
): Promise<string> {
  const { rows } = await sql.query<{ id: string }>(
    'insert into incident_said (incident_id, at, kind, said_by, actor_kind, actor_id, words) values ($1, $2, $3, $4, $5, $6, $7) returning id::text',
    [incidentId, toText(at), kind, by, actor.kind, actor.id, JSON.stringify(words)],
  )
  return requireRow(rows, 'row').id
}
