import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull } from '#lib/db/instants.ts'
import type { IncidentNews } from '#lib/domain/messages/what-to-tell.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** Something of an incident that waits for a receiver, and what the receiver heard of that incident last. */
export interface WaitingNews {
  id: string
  incidentId: number
  /** null: a reminder. */
  eventId: string | null
  kind: IncidentNews['kind']
  at: Instant
  told: 'nothing' | 'standing' | 'over'
  /** When the receiver heard of it last. */
  toldAt: Instant | null
  isOvertaken: boolean
}

const REMINDER = 'reminder:'

/** The key of a reminder of an incident, after a message. */
function reminderOf(incidentId: number, carrierId: string): string {
  return `${REMINDER}${incidentId}:${carrierId}`
}

interface NewsRow extends Omit<WaitingNews, 'at' | 'told' | 'toldAt'> {
  at: Date
  toldKind: string | null
  toldAt: Date | null
}

/** Of what waits for a receiver the news of incidents, in order, and the reminders. */
export async function loadIncidentNews(sql: Sql, receiver: string, ids: readonly string[]): Promise<WaitingNews[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<NewsRow>(
    `with own as (
       select o.id, o.carrier_id, o.created_at, case when o.event like 'incident:%' then substr(o.event, 10)::bigint end as event_id,
         case when o.event like '${REMINDER}%' then split_part(o.event, ':', 2)::int end as reminded_id
       from outbox o where o.id = any($2::bigint[])
     )
     select own.id::text, coalesce(e.incident_id, own.reminded_id) as "incidentId", own.event_id::text as "eventId", coalesce(e.at, own.created_at) as at,
       case when own.event_id is null then 'reminder' when e.kind = 'updated' then 'updated'
         when e.entry -> 'came' = '[]' then 'left' else e.entry ->> 'kind' end as kind,
       told.kind as "toldKind", told.tried_at as "toldAt", coalesce(told.id > own.event_id, false) as "isOvertaken"
     from own left join incident_event e on e.id = own.event_id
     left join lateral (
       select t.id, t.kind, x.tried_at from incident_event t join outbox x on x.channel = $1 and x.event = 'incident:' || t.id
       where t.incident_id = coalesce(e.incident_id, own.reminded_id) and x.tried_at is not null
         and (own.carrier_id is null or x.carrier_id is distinct from own.carrier_id)
       order by t.id desc limit 1
     ) told on true
     where coalesce(e.incident_id, own.reminded_id) is not null order by own.id`,
    [receiver, ids],
  )
  return rows.map(({ toldKind, ...row }) => ({
    ...row,
    at: toInstant(row.at),
    toldAt: toInstantOrNull(row.toldAt),
    told: toldKind === null ? 'nothing' : toldKind === 'resolved' ? 'over' : 'standing',
  }))
}

/** Which of these events whoever `sql` belongs to may know of. */
export async function seenEvents(sql: Sql, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await sql.query<{ id: string }>('select id::text from incident_event where id = any($1::bigint[])', [ids])
  return new Set(rows.map(({ id }) => id))
}

/** Has a receiver reminded of an incident at an instant, unless it hears of it before. */
export async function enqueueReminder(
  sql: Sql,
  now: Instant,
  { receiver, incidentId, carrierId, at }: { receiver: string; incidentId: number; carrierId: string; at: Instant },
): Promise<void> {
  await sql.query('insert into outbox (channel, event, created_at, next_attempt_at) values ($1, $2, $3, $4) on conflict do nothing', [
    receiver,
    reminderOf(incidentId, carrierId),
    new Date(now),
    new Date(at),
  ])
}
