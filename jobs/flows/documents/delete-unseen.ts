import type { ClientBase } from 'pg'
import { type DocumentTables, type KeyFields, keyOf } from './tables.ts'

/** The documents an answer was about: a condition on the current table `c`, with `$1`, `$2` … from `values`. */
export interface Among {
  where: string
  values: readonly unknown[]
}

export interface Counted {
  live: number
  unseen: number
}

export async function countUnseen<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  { where, values }: Among,
  runId: string,
): Promise<Counted> {
  const { rows } = await sql.query<Counted>(
    `select count(*)::int as live, (count(*) filter (where c.last_seen_run <> $${values.length + 1}))::int as unseen
     from ${tables.current} c where c.deleted_at is null and (${where})`,
    [...values, runId],
  )
  return rows[0] ?? { live: 0, unseen: 0 }
}

/** Whether at most `shrinkRatio` (0…1) would be left: then the answer is not believed. */
export function isTooMany({ live, unseen }: Counted, shrinkRatio: number): boolean {
  return live - unseen <= live * shrinkRatio
}

/** Marks live documents that neither this run nor anybody since `seenBefore` has met as deleted, and removes their curated rows. */
export async function markDeleted<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  { where, values }: Among,
  run: { id: string; at: Date; seenBefore: Date },
): Promise<{ deleted: number; uncurated: number }> {
  const next = values.length
  const { rows } = await sql.query<{ deleted: number; uncurated: number }>(
    `with unseen as materialized (
       select ${keyOf(tables, 'c')} from ${tables.current} c
       where c.deleted_at is null and c.last_seen_run <> $${next + 1} and c.last_seen_at <= $${next + 2} and (${where})
       order by ${keyOf(tables, 'c')} for update
     ), gone as (
       update ${tables.current} c set deleted_at = $${next + 3} from unseen u where (${keyOf(tables, 'c')}) = (${keyOf(tables, 'u')})
       returning ${keyOf(tables, 'c')}
     ), withdrawn as (
       delete from ${tables.curated} t using gone g where (${keyOf(tables, 't')}) = (${keyOf(tables, 'g')}) returning 1
     )
     select (select count(*)::int from gone) as deleted, (select count(*)::int from withdrawn) as uncurated`,
    [...values, run.id, run.seenBefore, run.at],
  )
  return rows[0] ?? { deleted: 0, uncurated: 0 }
}
