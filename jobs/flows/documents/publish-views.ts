import type { ClientBase } from 'pg'
import type { FlowContext } from '#lib/engine/flow.ts'
import { RESERVED_SERVICE } from '#lib/records/allow-list.ts'
import type { Curation, Views } from './curation.ts'
import { sentRows } from './sent-rows.ts'
import { type DocumentTables, type KeyFields, keyColumns, keyOf, keyValues } from './tables.ts'

export interface Published {
  written: number
  removed: number
}

export interface Viewed<Key> {
  key: Key
  views: Views
}

type Lake = { lake: Pick<FlowContext<unknown>['lake'], 'copyIn'> }

/** Makes the curated rows of these documents what their views say. Those of `full` are copied from the current table. */
export async function publishViews<Key extends KeyFields<Key>>(
  ctx: Lake,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  viewed: readonly Viewed<Key>[],
  curation: Curation,
  at: Date,
): Promise<Published> {
  if (viewed.length === 0) return { written: 0, removed: 0 }
  const full = await publishWhole(sql, tables, viewed, at)
  const parts = await publishParts(ctx, sql, tables, viewed, at)
  return { written: full + parts, removed: await removeEmpty(sql, tables, viewed, curation) }
}

async function publishParts<Key extends KeyFields<Key>>(
  ctx: Lake,
  sql: ClientBase,
  tables: DocumentTables<Key>,
  viewed: readonly Viewed<Key>[],
  at: Date,
): Promise<number> {
  const staged = `${tables.name}_viewed`
  const columns = tables.keys.map(({ column, type }) => `${column} ${type}`).join(', ')
  await sql.query(`create temp table if not exists ${staged} (service text, ${columns}, ${tables.document} jsonb) on commit delete rows`)
  await ctx.lake.copyIn(sql, `pg_temp.${staged}`, ['service', ...keyColumns(tables), tables.document], viewLines(tables, viewed))
  const { rowCount } = await sql.query(
    `${insertInto(tables)} select v.service, ${keyOf(tables, 'v')}, v.${tables.document}, $1 from ${staged} v
     order by ${tables.isServiceFirst ? `v.service, ${keyOf(tables, 'v')}` : `${keyOf(tables, 'v')}, v.service`} ${writingOnlyWhatDiffers(tables)}`,
    [at],
  )
  return rowCount ?? 0
}

function* viewLines<Key extends KeyFields<Key>>(tables: DocumentTables<Key>, viewed: readonly Viewed<Key>[]): Generator<string[]> {
  for (const { key, views } of viewed) {
    for (const [service, document] of views.documents) yield [service, ...keyValues(tables, key), document]
  }
}

async function publishWhole<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  viewed: readonly Viewed<Key>[],
  at: Date,
): Promise<number> {
  const whole = viewed.filter(({ views }) => views.full)
  const { from, values, bind } = sentRows(tables, whole)
  const { rowCount } = await sql.query(
    `${insertInto(tables)} select '${RESERVED_SERVICE}', ${keyOf(tables, 'c')}, c.${tables.document}, ${bind(at)}
     from ${from} join ${tables.current} c on (${keyOf(tables, 'c')}) = (${keyOf(tables, 'b')})
     order by ${keyOf(tables, 'c')} ${writingOnlyWhatDiffers(tables)}`,
    values,
  )
  return rowCount ?? 0
}

function insertInto<Key extends KeyFields<Key>>(tables: DocumentTables<Key>): string {
  return `insert into ${tables.curated} as t (service, ${keyColumns(tables).join(', ')}, ${tables.document}, modified_date)`
}

function writingOnlyWhatDiffers<Key extends KeyFields<Key>>(tables: DocumentTables<Key>): string {
  const { document } = tables
  return `on conflict (service, ${keyColumns(tables).join(', ')}) do update
     set ${document} = excluded.${document}, modified_date = excluded.modified_date
     where t.${document} is distinct from excluded.${document}`
}

async function removeEmpty<Key extends KeyFields<Key>>(
  sql: ClientBase,
  tables: DocumentTables<Key>,
  viewed: readonly Viewed<Key>[],
  curation: Curation,
): Promise<number> {
  const empty: { service: string; key: Key }[] = []
  for (const { key, views } of viewed) {
    if (!views.full) empty.push({ service: RESERVED_SERVICE, key })
    for (const service of curation.services) {
      if (!views.documents.has(service)) empty.push({ service, key })
    }
  }
  if (empty.length === 0) return 0
  const { from, values } = sentRows(tables, empty, { service: ({ service }) => service })
  const { rowCount } = await sql.query(
    `delete from ${tables.curated} t using ${from} where (t.service, ${keyOf(tables, 't')}) = (b.service, ${keyOf(tables, 'b')})`,
    values,
  )
  return rowCount ?? 0
}
