import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** How many tries there were since when, this one included. */
export interface Tries {
  since: Instant
  tries: number
}

/** Of the key $1, at $2; what began by $3 is over. */
const COUNT = `
  insert into try_count as t (key, since, tries) values ($1, $2, 1)
  on conflict (key) do update set
    since = case when t.since <= $3 or t.since > excluded.since then excluded.since else t.since end,
    tries = case when t.since <= $3 or t.since > excluded.since then 1 else t.tries + 1 end
  returning since, tries`

/** Counts a try under a key; the first one after `windowMs` begins anew. Of many at once each gets a number of its own, whatever process counts it. */
export async function countTry(sql: Sql, key: string, now: Instant, windowMs: number): Promise<Tries> {
  const { rows } = await sql.query<{ since: Date; tries: number }>(COUNT, [key, toText(now), toText(now - windowMs)])
  return { since: toInstant(rows[0]?.since ?? new Date(now)), tries: rows[0]?.tries ?? 1 }
}

/** Counts an order as `countTry` does, and says in the same breath how many were refused. */
export async function countOrder(
  sql: Sql,
  keys: { orders: string; refused: string },
  now: Instant,
  windowMs: number,
): Promise<{ orders: Tries; refused: Tries | null }> {
  const { rows } = await sql.query<{ since: Date; tries: number; refusedSince: Date | null; refused: number | null }>(
    `with counted as (${COUNT})
     select c.since, c.tries, r.since as "refusedSince", r.tries as refused from counted c left join try_count r on r.key = $4`,
    [keys.orders, toText(now), toText(now - windowMs), keys.refused],
  )
  const { since = new Date(now), tries = 1, refusedSince = null, refused = null } = rows[0] ?? {}
  return {
    orders: { since: toInstant(since), tries },
    refused: refusedSince === null || refused === null ? null : { since: toInstant(refusedSince), tries: refused },
  }
}

/** Takes one try back, as it was none. */
export async function takeTryBack(sql: Sql, key: string): Promise<void> {
  await sql.query('update try_count set tries = greatest(0, tries - 1) where key = $1', [key])
}

/** Begins to count anew. */
export async function forgetTries(sql: Sql, key: string): Promise<void> {
  await sql.query('delete from try_count where key = $1', [key])
}
