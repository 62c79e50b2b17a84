import type { Sql } from '#lib/db/context.ts'
import { toText } from '#lib/db/instants.ts'
import { toStorableJson } from '#lib/db/storable-json.ts'
import type { DataFacets } from '#lib/domain/push/read-event.ts'
import type { DataName, Told } from '#lib/domain/push/told-run.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What is told of some data, each with the event that told it last. */
export type ToldFacets = { [K in keyof DataFacets]?: Told<NonNullable<DataFacets[K]>> }

/** Data by what others call them. */
export interface PushedDataset extends DataName {
  toldAt: Instant
  facets: ToldFacets
}

/** What is known of data by these names. */
export async function loadPushedDatasets(sql: Sql, names: readonly DataName[]): Promise<PushedDataset[]> {
  const { rows } = await sql.query<DataName & { toldAt: Date; facets: ToldFacets }>(
    `select d.namespace, d.name, d.told_at as "toldAt", d.facets from push_dataset d
     join unnest($1::text[], $2::text[]) as w(namespace, name) on w.namespace = d.namespace and w.name = d.name`,
    [names.map(({ namespace }) => namespace), names.map(({ name }) => name)],
  )
  return rows.map((row) => ({ ...row, toldAt: row.toldAt.getTime() }))
}

/** Data that events told of, as far as it is known by no name of ours. */
export type UnknownDataset = DataName & { facets: ToldFacets }

/** The data that are no asset, or one of this connection that was taken over from among them; not those that may be one of several. */
export async function listUnknownDatasets(sql: Sql, connectionKey: string): Promise<UnknownDataset[]> {
  const { rows } = await sql.query<UnknownDataset>(
    `select d.namespace, d.name, d.facets from push_dataset d left join asset a on a.subject_id = d.asset_id
     where d.problem is null and (a.subject_id is null or a.connection_key = $1) order by d.namespace, d.name`,
    [connectionKey],
  )
  return rows
}

/** What there is of these push connections is to be looked into by then. */
export async function askForDiscovery(sql: Sql, connections: readonly string[], by: Instant): Promise<void> {
  await sql.query(
    'update discovery set next_at = least(next_at, $2::timestamptz) where connection_key = any($1::text[]) and every_seconds is not null and next_at > $2',
    [connections, toText(by)],
  )
}

export async function storePushedDatasets(sql: Sql, datasets: readonly PushedDataset[]): Promise<void> {
  await sql.query(
    `insert into push_dataset as d (namespace, name, told_at, facets)
     select namespace, name, "toldAt", facets
     from jsonb_to_recordset($1::jsonb) as x(namespace text, name text, "toldAt" timestamptz, facets jsonb)
     order by namespace, name
     on conflict (namespace, name) do update set told_at = excluded.told_at, facets = excluded.facets`,
    [toStorableJson(datasets.map((one) => ({ ...one, toldAt: toText(one.toldAt) })))],
  )
}

/** Notes which asset data are; null: none, or `problem` says why it is not told which. */
export async function noteAssetsOfDatasets(
  sql: Sql,
  named: readonly (DataName & { assetId: number | null; problem: string | null })[],
): Promise<void> {
  await sql.query(
    `update push_dataset d set asset_id = x."assetId", problem = x.problem
     from jsonb_to_recordset($1::jsonb) as x(namespace text, name text, "assetId" int, problem text)
     where d.namespace = x.namespace and d.name = x.name and (d.asset_id, d.problem) is distinct from (x."assetId", x.problem)`,
    [toStorableJson(named)],
  )
}

/** The assets of these keys that are in the catalogue, by key; of an audience only those it sees. */
export async function assetsByKey(sql: Sql, keys: readonly string[], audience: string | null): Promise<Map<string, number>> {
  const { rows } = await sql.query<{ key: string; id: number }>(
    `select s.key, s.id from subject s where s.kind = 'asset' and s.removed_at is null and s.key = any($1::text[])
       and ($2::text is null or exists (select from audience_group g where g.audience = $2 and g.group_id = s.group_id))`,
    [keys, audience],
  )
  return new Map(rows.map(({ key, id }) => [key, id]))
}
