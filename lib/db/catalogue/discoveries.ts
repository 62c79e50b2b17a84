import type { CatalogueAsset, CatalogueConnection } from '#lib/catalogue/catalogue.ts'
import { DISCOVER_EVERY_MS } from '#lib/catalogue/schema/document.ts'
import type { Sql } from '#lib/db/context.ts'
import { requireRow, toInstantOrNull, toText, toTextOrNull } from '#lib/db/instants.ts'
import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { IN_FORCE } from './catalogue-versions.ts'

/** A new connection is looked into once it has been checked and probed. */
const FIRST_AFTER_MS = MINUTE_MS

/** Keeps those out who end a discovery, until the transaction ends. */
export async function lockDiscoveries(sql: Sql): Promise<void> {
  await sql.query('select from discovery order by connection_key for update')
}

/** Plans a discovery of every connection: soon of one that is new or written differently from the document in force. */
export async function syncDiscoveries(
  sql: Sql,
  now: Instant,
  connections: readonly CatalogueConnection[],
  document: unknown,
): Promise<void> {
  const rows = connections.map(({ key, discoverEveryMs = DISCOVER_EVERY_MS }) => {
    return { key, every: discoverEveryMs === null ? null : Math.round(discoverEveryMs / SECOND_MS) }
  })
  await sql.query(
    `insert into discovery as d (connection_key, every_seconds, next_at)
     select key, every, case when every is not null then $2::timestamptz end from jsonb_to_recordset($1::jsonb) as x(key text, every int) order by key
     on conflict (connection_key) do update set every_seconds = excluded.every_seconds, next_at = excluded.next_at
     where d.every_seconds is distinct from excluded.every_seconds or exists (
       select 1 from jsonb_each(coalesce($3::jsonb -> 'connections', '{}')) written
       where written.key = d.connection_key
         and written.value is distinct from (select (document -> 'connections' -> written.key)::jsonb from ${IN_FORCE} v))`,
    [JSON.stringify(rows), toText(now + FIRST_AFTER_MS), JSON.stringify(document ?? null)],
  )
}

/** The connections that are to be looked into now, the longest waiting first. */
export async function listDueDiscoveries(sql: Sql, now: Instant): Promise<string[]> {
  const { rows } = await sql.query<{ key: string }>(
    `select c.key from discovery d join connection_state c on c.key = d.connection_key and c.removed_at is null
     where d.next_at <= $1 order by d.next_at, c.key`,
    [toText(now)],
  )
  return rows.map(({ key }) => key)
}

/** Whether the catalogue is to be synced again: for what was found or is to be forgotten, or since a contract promises something else by now. */
export async function isSyncDue(sql: Sql, now: Instant): Promise<boolean> {
  const { rowCount } = await sql.query(
    'select from discovery where sync_at <= $1 union all select from asset_contract where sync_at <= $1 limit 1',
    [toText(now)],
  )
  return rowCount === 1
}

/** What was asked for is done, or can be done only when the catalogue file changes. */
export async function clearDueSyncs(sql: Sql, now: Instant): Promise<void> {
  await sql.query('update discovery set sync_at = null where sync_at <= $1', [toText(now)])
  await sql.query('update asset_contract set sync_at = null where sync_at <= $1', [toText(now)])
}

/** Notes that the catalogue is to be synced by then where rules adopt from this connection, unless it is sooner anyway. */
export async function noteSyncBy(sql: Sql, key: string, at: Instant): Promise<void> {
  await sql.query('update discovery set sync_at = least(sync_at, $2::timestamptz) where connection_key = $1 and adopts', [key, toText(at)])
}

/** Takes a due discovery until `until`; how often it is wanted, or null when it is not due (any more). */
export async function takeDiscovery(sql: Sql, key: string, now: Instant, until: Instant): Promise<{ everyMs: number } | null> {
  const { rows } = await sql.query<{ every: number | null }>(
    `update discovery d set next_at = $3, attempted_at = $2 from connection_state c
     where d.connection_key = $1 and d.next_at <= $2 and c.key = d.connection_key and c.removed_at is null returning d.every_seconds as every`,
    [key, toText(now), toText(until)],
  )
  const every = rows[0]?.every
  return every === undefined || every === null ? null : { everyMs: every * SECOND_MS }
}

/** When the next one is due after one that was taken until `until`, unless it is planned otherwise by now; null: not before the connection is written differently. */
export async function planDiscovery(sql: Sql, key: string, until: Instant, at: Instant | null): Promise<void> {
  await sql.query('update discovery set next_at = $3 where connection_key = $1 and next_at = $2', [key, toText(until), toTextOrNull(at)])
}

/** What is known of the discoveries of a connection. */
export interface DiscoveryState {
  wholeAt: Instant | null
  /** What the last whole one saw. */
  found: number
  adopts: boolean
}

/** The state of a connection's discoveries, locked until the transaction ends. */
export async function lockDiscovery(sql: Sql, key: string): Promise<DiscoveryState> {
  await sql.query('insert into discovery (connection_key) values ($1) on conflict do nothing', [key])
  const { rows } = await sql.query<{ whole_at: Date | null; found: number; adopts: boolean }>(
    'select whole_at, found, adopts from discovery where connection_key = $1 for update',
    [key],
  )
  const row = requireRow(rows, 'connection')
  return { wholeAt: toInstantOrNull(row.whole_at), found: row.found, adopts: row.adopts }
}

/** Notes how a discovery ended: whole, with how much it saw, or not, and why; `syncAt`: the catalogue has to follow. */
export async function storeDiscovery(
  sql: Sql,
  key: string,
  ended: { attemptedAt: Instant; whole: { at: Instant; found: number } | null; problem: string | null; syncAt: Instant | null },
): Promise<void> {
  await sql.query(
    `update discovery set attempted_at = greatest(attempted_at, $2::timestamptz), whole_at = coalesce($3, whole_at), found = coalesce($4, found),
       problem = $5, sync_at = least(sync_at, $6::timestamptz)
     where connection_key = $1`,
    [
      key,
      toText(ended.attemptedAt),
      toTextOrNull(ended.whole?.at ?? null),
      ended.whole?.found ?? null,
      ended.problem,
      toTextOrNull(ended.syncAt),
    ],
  )
}

/** What a sync made of all that was found: which connections rules take from, and when the next of what is gone is to be forgotten. */
export async function storeAdoption(sql: Sql, adopts: readonly string[], forgetAt: ReadonlyMap<string, Instant>): Promise<void> {
  const due = [...forgetAt].map(([key, at]) => ({ key, at: toText(at) }))
  await sql.query(
    `update discovery d set adopts = x.adopts, sync_at = x.at
     from (
       select e.connection_key as key, e.connection_key = any($1::text[]) as adopts, f.at
       from discovery e left join jsonb_to_recordset($2::jsonb) as f(key text, at timestamptz) on f.key = e.connection_key
     ) x
     where x.key = d.connection_key and (d.adopts, d.sync_at) is distinct from (x.adopts, x.at)`,
    [adopts, JSON.stringify(due)],
  )
}

/** Notes which assets rules took over, and by which rule. */
export async function syncAdoptions(sql: Sql, assets: readonly CatalogueAsset[], assetIds: ReadonlyMap<string, number>): Promise<void> {
  const rows = assets.flatMap(({ key, adopted }) => {
    return adopted === undefined ? [] : [{ id: assetIds.get(key), rule: adopted.rule, gone: toTextOrNull(adopted.goneAt) }]
  })
  const given = JSON.stringify(rows)
  await sql.query(
    'delete from adoption where not exists (select 1 from jsonb_to_recordset($1::jsonb) as x(id int) where x.id = asset_id)',
    [given],
  )
  await sql.query(
    `insert into adoption as a (asset_id, rule, gone_at)
     select id, rule, gone from jsonb_to_recordset($1::jsonb) as x(id int, rule jsonb, gone timestamptz)
     on conflict (asset_id) do update set rule = excluded.rule, gone_at = excluded.gone_at
     where (a.rule, a.gone_at) is distinct from (excluded.rule, excluded.gone_at)`,
    [given],
  )
}
