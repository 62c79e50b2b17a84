import type { ClientBase } from 'pg'
import { parseJson } from '#lib/domain/values/json.ts'
import { CANONICAL_VERSION, contentHash } from '#lib/records/canonical-form.ts'
import { type DocumentRow, unionOf } from './document-row.ts'
import { sentRows } from './sent-rows.ts'
import { type DocumentTables, type KeyFields, keyOf } from './tables.ts'

/** A row to write, as which version, and whom it now belongs to. */
export interface Write<Key> {
  key: Key
  row: DocumentRow<Key>
  version: number
  groups: readonly string[]
}

interface ComparedRows<Key> {
  fresh: Write<Key>[]
  changed: Write<Key>[]
  returned: Write<Key>[]
  /** The same content, for more groups. Counted in `unchanged` too. */
  regrouped: Write<Key>[]
  unchanged: number
}

interface Seen {
  at: Date
  runId: string
}

/** Compares rows, in key order, with the current ones under their locks; notes those with the same content as seen. */
export async function compareRows<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
  seen: Seen,
): Promise<ComparedRows<Key>> {
  const same = await noteUnchanged(sql, tables, rows, seen)
  const others = rows.filter((_, position) => !same.has(position))
  const sorted = await sortOut(sql, tables, others)
  await noteRehashed(sql, tables, sorted.rehashed, seen)
  const { fresh, changed, returned, regrouped, rehashed } = sorted
  return { fresh, changed, returned, regrouped, unchanged: same.size + rehashed.length }
}

/** Notes unchanged rows as seen, in one statement that compares under the lock it takes. */
async function noteUnchanged<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
  { at, runId }: Seen,
): Promise<Set<number>> {
  const { from, values, bind } = sentRows(tables, rows, {
    hash: (row) => row.hash,
    source: (row) => row.source,
    groups: (row) => row.groups.join(),
  })
  const { rows: same } = await sql.query<{ position: number }>(
    `update ${tables.current} c set last_seen_at = ${bind(at)}, last_seen_run = ${bind(runId)}, source_hash = decode(b.source, 'hex')
     from ${from}
     where (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')}) and c.content_hash = decode(b.hash, 'hex')
       and c.hash_version = ${bind(CANONICAL_VERSION)} and c.deleted_at is null
       ${tables.groups === null ? '' : `and c.${tables.groups} @> string_to_array(b.groups, ',')`}
     returning b.n::int - 1 as position`,
    values,
  )
  return new Set(same.map((row) => row.position))
}

interface Sorted<Key> extends Omit<ComparedRows<Key>, 'unchanged'> {
  /** The same content, for other groups or hashed by another version of the canonical form. */
  rehashed: DocumentRow<Key>[]
}

interface Existing {
  position: number
  version: number
  hash: string
  deleted: boolean
  groups: string[]
  /** Read only where the hash is of another version of the canonical form. */
  document: string | null
}

async function sortOut<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
): Promise<Sorted<Key>> {
  const sorted: Sorted<Key> = { fresh: [], changed: [], returned: [], regrouped: [], rehashed: [] }
  if (rows.length === 0) return sorted
  const existing = await lockCurrent(sql, tables, rows)
  const versions = existing.size === rows.length ? new Map<number, number>() : await versionsOf(sql, tables, rows)
  for (const [index, row] of rows.entries()) {
    const before = existing.get(index)
    const write = {
      key: row.key,
      row,
      version: Math.max(before?.version ?? 0, versions.get(index) ?? 0) + 1,
      groups: groupsOf(row, before),
    }
    if (before === undefined) sorted.fresh.push(write)
    else if (row.hash !== hashOf(before)) sorted.changed.push(write)
    else if (before.deleted) sorted.returned.push(write)
    else {
      sorted.rehashed.push(row)
      if (write.groups.length > before.groups.length) sorted.regrouped.push(write)
    }
  }
  return sorted
}

/** One load may know fewer groups than all loads together; only a returned document begins anew. */
function groupsOf<Key>(row: DocumentRow<Key>, before: Existing | undefined): readonly string[] {
  return before === undefined || before.deleted ? row.groups : unionOf(before.groups, row.groups)
}

function hashOf(existing: Existing): string {
  return existing.document === null ? existing.hash : contentHash(parseJson(existing.document))
}

/** The current rows of these documents by position, locked in key order. */
async function lockCurrent<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
): Promise<Map<number, Existing>> {
  const { from, values, bind } = sentRows(tables, rows)
  const { rows: found } = await sql.query<Existing>(
    `select b.n::int - 1 as position, c.version, encode(c.content_hash, 'hex') as hash, c.deleted_at is not null as deleted,
       ${tables.groups === null ? "'{}'::text[]" : `c.${tables.groups}`} as groups,
       case when c.hash_version <> ${bind(CANONICAL_VERSION)} then c.${tables.document}::text end as document
     from ${from} join ${tables.current} c on (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')})
     order by ${keyOf(tables, 'c')} for update of c`,
    values,
  )
  return new Map(found.map((row) => [row.position, row]))
}

/** The last version in the history, also of documents whose current row was deleted by hand. */
async function versionsOf<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
): Promise<Map<number, number>> {
  const { from, values } = sentRows(tables, rows)
  const { rows: found } = await sql.query<{ position: number; version: number }>(
    `select b.n::int - 1 as position, max(r.version) as version
     from ${from} join ${tables.raw} r on (${keyOf(tables, 'r')}) = (${keyOf(tables, 'b')}) group by b.n`,
    values,
  )
  return new Map(found.map((row) => [row.position, row.version]))
}

async function noteRehashed<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  rows: readonly DocumentRow<Key>[],
  { at, runId }: Seen,
): Promise<void> {
  if (rows.length === 0) return
  const { from, values, bind } = sentRows(tables, rows, { hash: (row) => row.hash, source: (row) => row.source })
  await sql.query(
    `update ${tables.current} c set content_hash = decode(b.hash, 'hex'), hash_version = ${bind(CANONICAL_VERSION)},
       source_hash = decode(b.source, 'hex'), last_seen_at = ${bind(at)}, last_seen_run = ${bind(runId)}
     from ${from} where (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')})`,
    values,
  )
}
