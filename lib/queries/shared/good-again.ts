import type { Context } from '#lib/db/context.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { goodAgain, type LoadedAsset } from '#lib/domain/lineage/again/good-again.ts'
import type { Edge } from '#lib/domain/lineage/edge.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getWriters } from '#lib/queries/runs/writers.ts'
import { getUnseenNeighbours, type UnseenNeighbour } from './asset-rows.ts'
import { instant } from './instant-column.ts'

const UNHEALTHY = "sp.status in ('stale', 'late', 'unknown')"

/** What is not fresh, and above it what may explain that: what is not fresh either, and what nothing is promised about. */
const CONCERNED = `
  with recursive concerned(id) as (
    select sp.subject_id from status_span sp join asset a on a.subject_id = sp.subject_id where sp.to_at is null and ${UNHEALTHY}
    union
    select e.upstream_id from concerned c join lineage_now e on e.downstream_id = c.id
    left join status_span sp on sp.subject_id = e.upstream_id and sp.to_at is null
    where sp.status is null or ${UNHEALTHY}
  )`

const EDGES = `${CONCERNED}
  select e.upstream_id as "upstreamId", e.downstream_id as "downstreamId"
  from concerned d join lineage_now e on e.downstream_id = d.id join concerned u on u.id = e.upstream_id`

const ASSETS = `${CONCERNED}
  select s.id, s.name, f.owner, sp.status, a.flow, a.job,
    coalesce((
      select ${instant('x.to_at')} from status_span x where x.subject_id = s.id and x.to_at is not null and x.status in ('fresh', 'maintenance')
      order by x.from_at desc limit 1
    ), ${instant('sp.from_at')}) as since, coalesce(sp.reason = 'blocked', false) as "isBlocked",
    coalesce((
      select jsonb_array_length(v.settings->'policies') > 0 and not jsonb_path_exists(v.settings->'policies', '$[*].kind ? (@ <> "upstream")')
      from subject_version v where v.subject_id = s.id order by v.from_at desc limit 1
    ), false) as follows,
    case when sp.status = 'unknown' and sp.reason in ('source-unreachable', 'probe-failed')
      and exists (select 1 from blind b where b.connection_key = a.connection_key and b.to_at is null) then a.connection_key end as behind,
    ${instant('c.next_probe_at')} as "lookAt"
  from concerned join subject s on s.id = concerned.id and s.removed_at is null
  join asset a on a.subject_id = s.id
  join feed f on f.subject_id = a.feed_id
  left join connection_state c on c.key = a.connection_key
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

interface Row extends Pick<LoadedAsset, 'id' | 'name' | 'owner' | 'status' | 'since' | 'follows'> {
  isBlocked: boolean
  flow: string | null
  job: string | null
  behind: string | null
  lookAt: Instant | null
}

/** When each asset that is late, stale or unknown is good again, as far as what decides it is seen, by its id. */
export async function getGoodAgain(ctx: Context): Promise<Map<number, GoodAgain>> {
  const { rows } = await ctx.pool.query<Row>(ASSETS)
  if (rows.length === 0) return new Map()
  const [edges, unseen, writers] = await Promise.all([
    ctx.pool.query<Edge>(EDGES),
    getUnseenNeighbours(
      ctx,
      rows.map(({ id }) => id),
    ),
    getWriters(ctx, namesOf(rows, 'flow'), namesOf(rows, 'job')),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  const waiting = new Set(unseen.flatMap((neighbour) => (explains(neighbour, byId.get(neighbour.assetId)) ? [neighbour.assetId] : [])))
  const known = new Set(writers.map(({ key }) => key))
  const assets = rows.map((row) => toAsset(row, { known, isWaiting: waiting.has(row.id), seesAll: ctx.actor.audience === null }))
  return goodAgain(assets, edges.rows, writers, ctx.clock.now())
}

/** As something that is seen does. */
function explains({ isUpstream, status, since }: UnseenNeighbour, asset: Row | undefined): boolean {
  return isUpstream && isUnhealthy(status) && asset !== undefined && (asset.isBlocked || (since ?? 0) <= (asset.since ?? 0))
}

function namesOf(rows: readonly Row[], kind: 'flow' | 'job'): string[] {
  return [...new Set(rows.flatMap((row) => row[kind] ?? []))]
}

interface Around {
  known: ReadonlySet<string>
  isWaiting: boolean
  seesAll: boolean
}

/** A flow that has left the catalogue loads nothing. */
function toAsset({ flow, job, behind, lookAt, ...row }: Row, { known, isWaiting, seesAll }: Around): LoadedAsset {
  const keys = [`flow:${flow}`, `job:${job}`]
  return {
    ...row,
    writer: keys.find((key) => known.has(key)) ?? null,
    unseen: behind === null ? null : { behind, lookAt },
    waitsForUnseen: isWaiting,
    mayBeLoadedUnseen: !seesAll,
  }
}
