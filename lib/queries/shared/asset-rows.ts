import { connectionNameSql } from '#lib/db/catalogue/connection-names.ts'
import type { Context } from '#lib/db/context.ts'
import { type FailedRun, type LastEnds, lastEndsSql, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import type { Reason, Status } from '#lib/domain/freshness/status.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { instant } from './instant-column.ts'
import { joinLatestArrival } from './latest-arrival.ts'

/** An asset as a line of a table: its status in force and its four clocks. */
export interface AssetRow {
  id: number
  key: string
  name: string
  kind: 'source' | 'table' | 'consumer'
  feedKey: string
  feedName: string
  connection: string
  /** What people call that. */
  connectionName: string
  flow: string | null
  /** The job of another system that writes it, `<connection>/<job>`. */
  job: string | null
  promised: boolean
  status: Status | null
  reason: Reason | null
  since: Instant | null
  dataThroughAt: Instant | null
  dataThroughIsDay: boolean
  writtenAt: Instant | null
  loadedAt: Instant | null
  probedAt: Instant | null
  dueAt: Instant | null
  /** One sentence by the rule that judged it, without times of day. */
  explanation: string | null
  /** The run because of which its promise is broken; null where that is not the reason. */
  failedRun: FailedRun | null
  /** The method on whose weak evidence its status rests; null: strong evidence, or none. */
  weakBy: string | null
  /** What it is made from that holds it back, as far as the reader sees it, the longest first. */
  blockers: { key: string; name: string }[]
  /** Something that the reader does not see holds it back. */
  isBlockedUnseen: boolean
  /** Public words of the last bad look; null after a good one. */
  problem: string | null
}

type StoredAssetRow = Omit<AssetRow, 'failedRun'> & { lastEnds: LastEnds | null }

const ASSETS = `
  select s.id, s.key, s.name, a.asset_kind as kind, fs.key as "feedKey", fs.name as "feedName", a.connection_key as connection, ${connectionNameSql('a.connection_key')} as "connectionName", a.flow, a.job, a.promised,
    sp.status, sp.reason, ${instant('sp.from_at')} as since,
    ${instant('through.at')} as "dataThroughAt", coalesce(through.precision = 'day', false) as "dataThroughIsDay",
    ${instant('written.at')} as "writtenAt", ${instant('loaded.at')} as "loadedAt", ${instant('seen.probed_at')} as "probedAt",
    (a.verdict->>'dueAt')::float8 as "dueAt", a.verdict->>'explanation' as explanation, a.verdict->>'weakBy' as "weakBy", a.problem,
    coalesce(held.blockers, '[]') as blockers,
    jsonb_array_length(coalesce(a.verdict->'blockedBy', '[]')) > coalesce(json_array_length(held.blockers), 0) as "isBlockedUnseen",
    case when sp.reason = 'run-failed' then ${lastEndsSql()} end as "lastEnds"
  from asset a
  join subject s on s.id = a.subject_id and s.removed_at is null
  left join sight seen on seen.asset_id = a.subject_id
  join subject fs on fs.id = a.feed_id
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  left join lateral (
    select json_agg(json_build_object('key', n.key, 'name', n.name) order by b.position) as blockers
    from jsonb_array_elements_text(a.verdict->'blockedBy') with ordinality as b(id, position) join subject n on n.id = b.id::int
  ) held on true
  ${joinLatestArrival('loadedAt', 'loaded')} ${joinLatestArrival('writtenAt', 'written')} ${joinLatestArrival('dataThroughAt', 'through')}`

/** The assets of a feed, in the catalogue's order. */
export async function getAssetsOfFeed(ctx: Context, feedId: number): Promise<AssetRow[]> {
  const { rows } = await ctx.pool.query<StoredAssetRow>(`${ASSETS} where a.feed_id = $1 order by s.position, s.id`, [feedId])
  return rows.map(toAssetRow)
}

/** These assets, in no promised order. */
export async function getAssetsByIds(ctx: Context, ids: readonly number[]): Promise<AssetRow[]> {
  if (ids.length === 0) return []
  const { rows } = await ctx.pool.query<StoredAssetRow>(`${ASSETS} where a.subject_id = any($1::int[]) order by s.position, s.id`, [ids])
  return rows.map(toAssetRow)
}

function toAssetRow({ lastEnds, ...row }: StoredAssetRow): AssetRow {
  return { ...row, failedRun: toFailedRun(lastEnds) }
}

/** Every lineage edge that touches one of these assets. */
export async function getEdgesOf(ctx: Context, assetIds: readonly number[]): Promise<Edge[]> {
  const { rows } = await ctx.pool.query<Edge>(
    `select upstream_id as "upstreamId", downstream_id as "downstreamId" from lineage_now
     where upstream_id = any($1::int[]) or downstream_id = any($1::int[])`,
    [assetIds],
  )
  return rows
}

/** That an asset is made from something this reader may not see, or that such a thing is made from it; how that stands, and nothing that says what it is. */
export interface UnseenNeighbour {
  assetId: number
  isUpstream: boolean
  status: Status | null
  since: Instant | null
}

/** What lies before and after these assets and is not seen; nothing for who sees everything. */
export async function getUnseenNeighbours(ctx: Context, assetIds: readonly number[]): Promise<UnseenNeighbour[]> {
  if (ctx.actor.audience === null) return []
  const { rows } = await ctx.pool.query<UnseenNeighbour>(
    `select asset_id as "assetId", is_upstream as "isUpstream", status, ${instant('since')} as since
     from unseen_neighbour where asset_id = any($1::int[]) order by since, asset_id`,
    [assetIds],
  )
  return rows
}
