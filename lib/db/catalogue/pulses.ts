import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import type { Absence } from '#lib/domain/connections/pulse.ts'
import type { Hearsay } from '#lib/domain/freshness/second-look.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'

/** What is known of whether the database of a connection is there. */
export interface PulseState {
  /** When somebody got in last, for a look or a pulse. */
  okAt: Instant | null
  /** When a pulse got in last; null: none has, since it was said again that there is nothing. */
  pulseOkAt: Instant | null
  hearsay: Hearsay<Absence>
}

/** The connections that are to be asked whether their database is there. */
export async function listDuePulses(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    'select key from connection_state where removed_at is null and next_pulse_at <= $1 order by next_pulse_at, key',
    [toText(now)],
  )
  return rows.map(({ key }) => key)
}

/** Takes the due pulse of a connection, for a minute: a worker that dies in the middle delays it by that. False when it is not due (any more). */
export async function takePulse(sql: Sql, key: string, now: Instant): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update connection_state set next_pulse_at = $3 where key = $1 and removed_at is null and next_pulse_at <= $2',
    [key, toText(now), toText(now + MINUTE_MS)],
  )
  return rowCount === 1
}

/** Locks a connection that has a pulse until the transaction ends; undefined: there is none of that key. */
export async function lockPulse(sql: Sql, key: string): Promise<PulseState | undefined> {
  await sql.query('select from connection_state where key = $1 for update', [key])
  const { rows } = await sql.query<{
    ok_at: Date | null
    pulse_ok_at: Date | null
    suspected_reason: Absence | null
    suspected_at: Date | null
    is_gone: boolean
    sure_from: Date | null
  }>(
    `select greatest(c.ok_at, c.pulse_ok_at) as ok_at, c.pulse_ok_at, c.suspected_reason, c.suspected_at, c.is_gone,
       (select g.seen_at from blind g where g.connection_key = c.key and g.to_at is null order by g.id desc limit 1) as sure_from
     from connection_state c where c.key = $1 and c.removed_at is null and c.next_pulse_at is not null`,
    [key],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  const { suspected_reason: reason, suspected_at: at, sure_from: from } = row
  return {
    okAt: toInstantOrNull(row.ok_at),
    pulseOkAt: toInstantOrNull(row.pulse_ok_at),
    hearsay: {
      inForce: from === null ? null : { reason: row.is_gone ? 'gone' : 'unheard', from: toInstant(from) },
      suspected: reason === null || at === null ? null : { reason, at: toInstant(at) },
    },
  }
}

/** What a pulse leaves behind: `okAt` null: nobody got in; `isAgain`: it is not there, as was known; `looksNow`: all behind the connection is to be looked at at once. */
export interface PulseEnd {
  suspected: Hearsay<Absence>['suspected']
  nextAt: Instant
  okAt: Instant | null
  isAgain: boolean
  looksNow: boolean
  now: Instant
}

export async function storePulse(sql: Sql, key: string, { suspected, nextAt, okAt, isAgain, looksNow, now }: PulseEnd): Promise<void> {
  await sql.query(
    `update connection_state set suspected_reason = $2, suspected_at = $3, next_pulse_at = $4, pulse_ok_at = case when not $8 then greatest(pulse_ok_at, $5::timestamptz) end,
       next_probe_at = case when $6 then least(next_probe_at, $7) else next_probe_at end
     where key = $1`,
    [
      key,
      suspected?.reason ?? null,
      toTextOrNull(suspected?.at ?? null),
      toText(nextAt),
      toTextOrNull(okAt),
      looksNow,
      toText(now),
      isAgain,
    ],
  )
}

/** Notes how the database of a connection that is down is not there: gone, or nobody listens. */
export async function noteAbsence(sql: Sql, key: string, absence: Absence): Promise<void> {
  await sql.query('update connection_state set is_gone = $2 where key = $1', [key, absence === 'gone'])
}
