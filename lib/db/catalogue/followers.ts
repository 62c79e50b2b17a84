import type { Sql } from '#lib/db/context.ts'
import { FOLLOWERS, lockSubjects, type Subject } from './subjects.ts'

/** Of these assets, the followers. */
export async function listFollowers(sql: Sql, assetIds: readonly number[]): Promise<Set<number>> {
  const { rows } = await sql.query<{ id: number }>('select subject_id as id from follower where subject_id = any($1::int[]) order by id', [
    assetIds,
  ])
  return new Set(rows.map(({ id }) => id))
}

/** Of these assets, the followers, and all that follow any of these, directly or through others, by the lineage of any time. */
async function listReached(sql: Sql, assetIds: readonly number[]): Promise<number[]> {
  if (assetIds.length === 0) return []
  const { rows } = await sql.query<{ id: number }>(
    `with recursive known(id) as materialized (${FOLLOWERS}),
     reached(id) as (
       select unnest($1::int[])
       union
       select e.downstream_id from reached r join lineage_edge e on e.upstream_id = r.id join known f on f.id = e.downstream_id
     )
     select id from reached join known using (id) order by id`,
    [assetIds],
  )
  return rows.map(({ id }) => id)
}

/** Assets that were asked for, locked. */
export interface LockedAssets {
  plain: Subject[]
  followers: Subject[]
}

/**
 * Locks assets until the transaction ends, so that two workers never wait for each other in a circle: first those that follow nothing, by id; then the
 * followers, by id and once in a transaction. So where there are followers among them, all are locked that may have to turn with these.
 */
export async function lockAssets(sql: Sql, assetIds: readonly number[]): Promise<LockedAssets> {
  if (assetIds.length === 0) return { plain: [], followers: [] }
  const plain = await lockPlain(sql, assetIds)
  if (plain.length === new Set(assetIds).size) return { plain, followers: [] }
  const wanted = new Set(assetIds)
  return { plain, followers: (await lockReached(sql, assetIds)).filter(({ id }) => wanted.has(id)) }
}

async function lockPlain(sql: Sql, assetIds: readonly number[]): Promise<Subject[]> {
  return lockSubjects(sql, assetIds, `and kind = 'asset' and id not in (${FOLLOWERS})`)
}

/**
 * Locks the followers among assets, and all that may have to turn with them. The transaction holds the locks of no follower, or of all of these. What begins to
 * follow one of them while we wait is locked, too.
 */
export async function lockReached(sql: Sql, assetIds: readonly number[]): Promise<Subject[]> {
  for (let reached = await listReached(sql, assetIds); reached.length > 0; ) {
    await sql.query('savepoint followers')
    const subjects = await lockSubjects(sql, reached)
    const known = new Set(reached)
    reached = await listReached(sql, assetIds)
    if (reached.every((id) => known.has(id))) {
      await sql.query('release savepoint followers')
      return subjects
    }
    await sql.query('rollback to savepoint followers')
  }
  return []
}
