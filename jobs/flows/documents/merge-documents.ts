import { hash } from 'node:crypto'
import type { ClientBase } from 'pg'
import type { FlowContext } from '#lib/engine/flow.ts'
import { CANONICAL_VERSION } from '#lib/records/canonical-form.ts'
import { mergeByBisection } from './bisect.ts'
import { compareRows, type Write } from './compare-rows.ts'
import type { Curation } from './curation.ts'
import type { DocumentRow } from './document-row.ts'
import { type MergedDocuments, summed } from './merged-documents.ts'
import { publishViews } from './publish-views.ts'
import { sentRows } from './sent-rows.ts'
import { compareKeys, type DocumentTables, GO_BY_KEY, type KeyFields, keyColumns, keyOf, keyValues, lockOf } from './tables.ts'

type Work = Pick<FlowContext<unknown>, 'now' | 'runId'> & { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }

/** Merges a batch in one fenced transaction, once in a run; a row the database rejects goes to `putAside`. `also` is in the same
 * transaction. */
export async function mergeBatch<Key extends KeyFields<Key>, Row extends DocumentRow<Key>>(
  ctx: Pick<FlowContext<unknown>, 'lake' | 'now' | 'runId'>,
  task: string,
  tables: DocumentTables<Key>,
  batch: { part: number; rows: readonly Row[] },
  curation: Curation,
  putAside: (row: Row, reason: string) => Promise<void>,
  also: (sql: ClientBase, rows: readonly Row[]) => Promise<void> = async () => {},
): Promise<MergedDocuments> {
  const once = (rows: readonly Row[]) => {
    const content = rows.map((row) => JSON.stringify([keyValues(tables, row.key), row.hash, row.groups])).join('\n')
    return ctx.lake.once(task, hash('sha256', content, 'hex'), async (sql) => {
      const merged = await mergeDocuments(ctx, sql, tables, { part: batch.part, rows }, curation)
      await also(sql, rows)
      return merged
    })
  }
  return summed(await mergeByBisection(batch.rows, once, putAside))
}

/** Rows of one part of the documents (what the lock is for), each key once. */
export interface Batch<Key> {
  part: number
  rows: readonly DocumentRow<Key>[]
}

/** Merges a batch inside the caller's transaction: compares hashes under the rows' locks and writes history, current and curated rows
 * only where they differ. The groups of a live document only grow. */
export async function mergeDocuments<Key extends KeyFields<Key>>(
  ctx: Work,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  batch: Batch<Key>,
  curation: Curation,
): Promise<MergedDocuments> {
  const { write, regroup, ...counts } = await mergeHistory(ctx, sql, tables, batch)
  if (write.length > 0) await mergeCurrent(sql, tables, write, curation)
  if (regroup.length > 0) await noteGroups(sql, tables, regroup, curation)
  const viewed = [...write, ...regroup].map(({ key, row, groups }) => ({ key, views: row.views(groups) }))
  const published = await publishViews(ctx, sql, tables, viewed, curation, new Date(ctx.now()))
  return { ...counts, curated: published.written, uncurated: published.removed }
}

interface HistoryMerged<Key> extends Omit<MergedDocuments, 'curated' | 'uncurated'> {
  write: Write<Key>[]
  /** The same content for more groups: nothing for the history. */
  regroup: Write<Key>[]
}

/** Finds what is new or differs, notes the rest as seen, and appends to the history. */
export async function mergeHistory<Key extends KeyFields<Key>>(
  ctx: Work,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  batch: Batch<Key>,
): Promise<HistoryMerged<Key>> {
  const at = new Date(ctx.now())
  await sql.query(`${lockOf(tables)}, ${GO_BY_KEY}`, [batch.part])
  const ordered = batch.rows.toSorted((a, b) => compareKeys(tables, a.key, b.key))
  const { fresh, changed, returned, regrouped, unchanged } = await compareRows(sql, tables, ordered, { at, runId: ctx.runId })
  const write = [...fresh, ...changed, ...returned]
  if (write.length > 0) await appendHistory(ctx, sql, tables, write, at)
  return {
    fresh: fresh.length,
    changed: changed.length,
    returned: returned.length,
    unchanged,
    regrouped: regrouped.length,
    write,
    regroup: regrouped,
  }
}

async function appendHistory<Key extends KeyFields<Key>>(
  ctx: Work,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  write: readonly Write<Key>[],
  at: Date,
): Promise<void> {
  const columns = [...keyColumns(tables), tables.document, tables.insertedAt, 'version', 'content_hash', 'hash_version', 'run_id']
  const written = at.toISOString()
  const lines = write.map(({ key, row, version }) => [
    ...keyValues(tables, key),
    row.document(),
    written,
    String(version),
    `\\x${row.hash}`,
    String(CANONICAL_VERSION),
    ctx.runId,
  ])
  await ctx.lake.copyIn(sql, tables.raw, columns, lines)
}

const MOVING = [
  'modified_date',
  'content_hash',
  'hash_version',
  'version',
  'source_hash',
  'curated_with',
  'last_seen_at',
  'last_seen_run',
  'deleted_at',
]

/** Makes the current rows what the history ends with; documents are read back, not sent again. */
async function mergeCurrent<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  write: readonly Write<Key>[],
  curation: Curation,
): Promise<void> {
  const { document, insertedAt, groups } = tables
  const keys = keyColumns(tables).join(', ')
  const { from, values, bind } = sentRows(tables, write, {
    version: ({ version }) => version,
    source: ({ row }) => row.source,
    groups: (each) => each.groups.join(),
  })
  const moving = [document, ...MOVING, ...(groups === null ? [] : [groups])]
  await sql.query(
    `insert into ${tables.current} (${keys}, first_loaded_at, ${moving.join(', ')})
     select ${keyOf(tables, 'r')}, r.${insertedAt}, r.${document}, r.${insertedAt}, r.content_hash, r.hash_version, r.version,
       decode(b.source, 'hex'), ${bind(curation.fingerprint)}, r.${insertedAt}, r.run_id, null${groups === null ? '' : ", string_to_array(b.groups, ',')"}
     from ${from} join ${tables.raw} r on (${keyOf(tables, 'r')}, r.version) = (${keyOf(tables, 'b')}, b.version)
     order by ${keyOf(tables, 'r')}
     on conflict (${keys}) do update set ${moving.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    values,
  )
}

async function noteGroups<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  regroup: readonly Write<Key>[],
  curation: Curation,
): Promise<void> {
  const { from, values, bind } = sentRows(tables, regroup, { groups: ({ groups }) => groups.join() })
  await sql.query(
    `update ${tables.current} c set ${tables.groups} = string_to_array(b.groups, ','), curated_with = ${bind(curation.fingerprint)}
     from ${from} where (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')})`,
    values,
  )
}
