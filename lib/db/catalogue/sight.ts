import type { Sql } from '#lib/db/context.ts'
import { toInstantOrNull, toText } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { FOLLOWERS } from './subjects.ts'

export async function loadProbedAt(sql: Sql, assetIds: readonly number[]): Promise<Map<number, Instant | null>> {
  const { rows } = await sql.query<{ id: number; probed_at: Date | null }>(
    'select asset_id as id, probed_at from sight where asset_id = any($1::int[])',
    [assetIds],
  )
  return new Map(rows.map((row) => [row.id, toInstantOrNull(row.probed_at)]))
}

/** Notes when these assets were looked at, and whether they could be seen. */
export async function noteLooks(sql: Sql, at: Instant, assetIds: readonly number[], isGood: boolean): Promise<void> {
  const probedAt = isGood ? '$2::timestamptz' : 'null::timestamptz'
  await sql.query(
    `insert into sight (asset_id, probed_at, attempted_at) select id, ${probedAt}, $2::timestamptz from unnest($1::int[]) as x(id)
     on conflict (asset_id) do update set probed_at = coalesce(excluded.probed_at, sight.probed_at), attempted_at = excluded.attempted_at`,
    [assetIds, toText(at)],
  )
}

const BLIND_AT = `g.probed_at + (a.verdict->>'blindAfterMs')::float8 * interval '1 millisecond'`
const instantIn = (field: string) => `to_timestamp((a.verdict->>'${field}')::float8 / 1000)`

/** SQL: nothing is wrong with the asset `a` that a good look, as of `g`, would have to mend. */
const IS_SOUND = `a.problem is null and a.suspected_reason is null and a.verdict->>'blindSince' is null
  and (a.verdict->>'blindFrom' is null or a.verdict->>'blindAfterMs' is not null)`
const WAS_NOT_BLIND = `not exists (select from blind b where b.asset_id = a.subject_id and (b.to_at is null or b.to_at > g.probed_at))`

/** SQL: all of these conditions. The planner takes them for one: by themselves it takes each for rare, where they hold of nearly all, and looks row by row. */
const allOf = (...conditions: string[]) => `case when ${conditions.join(' and ')} then true else false end`

/** SQL: the next change of the subject `s` is only that nobody might have looked since. */
const isOfSight = (now: string) =>
  `(s.next_change_at in (g.renewed_to, ${instantIn('blindFrom')}) and coalesce(${instantIn('sightedChangeAt')} > ${now}, true))`

/**
 * Notes good looks at assets, by key, that left all as it was, and rewrites nothing else; answers the keys. Left out is what has more to be done: it could not
 * be seen before, its status is due, or an arrival waits to be told.
 */
export async function noteSameLooks(
  sql: Sql,
  connectionKey: string,
  keys: readonly string[],
  { at, now }: { at: Instant; now: Instant },
): Promise<string[]> {
  const { rows: locked } = await sql.query<{ ids: number[] | null }>(
    `with held as (
       select s.id from subject s join asset a on a.subject_id = s.id
       where s.kind = 'asset' and s.key = any($2::text[]) and a.connection_key = $1 and s.removed_at is null and s.id not in (${FOLLOWERS})
       order by s.id for no key update of s
     ) select json_agg(id) as ids from held`,
    [connectionKey, keys],
  )
  const isSame = allOf(
    'g.probed_at <= $2::timestamptz',
    `(s.next_change_at is null or s.next_change_at > $3::timestamptz or ${isOfSight('$3::timestamptz')})`,
    IS_SOUND,
    `coalesce(${BLIND_AT} >= $2::timestamptz, true)`,
    `a.observation is not null and a.observation->'isWithheld' is null`,
  )
  const { rows: noted } = await sql.query<{ keys: string[] | null }>(
    `with noted as (
       update sight g set probed_at = $2::timestamptz, attempted_at = $2::timestamptz
       from unnest($1::int[]) as x(id) join subject s on s.id = x.id join asset a on a.subject_id = x.id
       where g.asset_id = x.id and ${isSame} and ${WAS_NOT_BLIND} returning s.key
     ) select json_agg(key) as keys from noted`,
    [locked[0]?.ids ?? [], toText(at), toText(now)],
  )
  return noted[0]?.keys ?? []
}

/**
 * Puts off what is due only because nobody might have looked since: a look that left all as it was moves no next change. What was marked as due for another
 * reason is left alone.
 */
export async function renewNextChanges(sql: Sql, now: Instant): Promise<void> {
  const next = `least(${BLIND_AT}, ${instantIn('sightedChangeAt')})`
  const isPutOff = allOf(isOfSight('$1::timestamptz'), IS_SOUND, `${next} > $1::timestamptz`)
  await sql.query(
    `with held as materialized (
       select s.id, ${next} as at from subject s join asset a on a.subject_id = s.id join sight g on g.asset_id = s.id
       where s.next_change_at <= $1::timestamptz and ${isPutOff} and ${WAS_NOT_BLIND} and s.id not in (${FOLLOWERS})
       order by s.id for no key update of s skip locked
     ), renewed as (update subject s set next_change_at = held.at from held where s.id = held.id)
     update sight g set renewed_to = held.at from held where g.asset_id = held.id`,
    [toText(now)],
  )
}
