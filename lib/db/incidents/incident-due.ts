import { ms } from '#lib/db/causes/result-sql.ts'
import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { getSetting, putSetting } from '#lib/db/settings.ts'
import { SAME_INCIDENT_MS } from '#lib/domain/incidents/incident.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

const FOLLOWED_KEY = 'incidents-followed-through'

/** Up to when incidents have been followed; null: never yet. */
export async function getFollowedThrough(sql: Sql): Promise<Instant | null> {
  const value = await getSetting(sql, FOLLOWED_KEY)
  return typeof value === 'number' ? value : null
}

export function putFollowedThrough(sql: Sql, through: Instant): Promise<void> {
  return putSetting(sql, FOLLOWED_KEY, through)
}

/** Whether causes may have changed by now, or an incident has been well long enough to end. */
export async function isFollowingDue(sql: Sql, now: Instant): Promise<boolean> {
  const { rows } = await sql.query<{ due: boolean }>(
    `select exists (select from incident_due where from_at <= $1)
       or exists (select from incident where well_since <= $2 and ended_at is null and withdrawn_at is null) as due`,
    [toText(now), toText(now - SAME_INCIDENT_MS)],
  )
  return rows[0]?.due === true
}

/** Takes what is due, and answers from when on causes may be otherwise, not before a horizon; null: nothing is. */
export async function takeDue(sql: Sql, horizon: Instant, now: Instant): Promise<Instant | null> {
  const { rows } = await sql.query<{ from: Instant | null }>(
    `with taken as (delete from incident_due where from_at <= $2 returning from_at, to_at)
     select ${ms('min(greatest(from_at, $1))')} as "from" from taken where to_at is null or to_at > $1`,
    [toText(horizon), toText(now)],
  )
  return rows[0]?.from ?? null
}
