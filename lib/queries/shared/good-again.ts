import type { Context } from '#lib/db/context.ts'
import { isUnhealthy } from '#lib/domain/freshness/status.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import { goodAgain, type LoadedAsset } from '#lib/domain/lineage/again/good-again.ts'
import type { CauseAsset, CauseGraph } from '#lib/domain/lineage/causes/cause.ts'
import { explainingEdges } from '#lib/domain/lineage/causes/explaining-edges.ts'
import { againOfFeeds } from '#lib/domain/lineage/causes/told-causes.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getWriters } from '#lib/queries/runs/writers.ts'
import { causeGraphNow } from './causes.ts'
import { instant } from './instant-column.ts'

/** Of these assets what causes are found without: whose they are, whether they only follow, and when what is not seen is looked at. */
const DETAILS = `
  select s.id, s.name, f.owner,
    coalesce((
      select jsonb_array_length(v.settings->'policies') > 0 and not jsonb_path_exists(v.settings->'policies', '$[*].kind ? (@ <> "upstream")')
      from subject_version v where v.subject_id = s.id order by v.from_at desc limit 1
    ), false) as follows,
    case when sp.status = 'unknown' and sp.reason in ('source-unreachable', 'probe-failed')
      and exists (select 1 from blind b where b.connection_key = a.connection_key and b.to_at is null) then coalesce(c.name, a.connection_key) end as behind,
    coalesce(sp.reason = 'contract-broken', false) as "isBroken",
    ${instant('c.next_probe_at')} as "lookAt"
  from unnest($1::int[]) w(id) join subject s on s.id = w.id and s.removed_at is null
  join asset a on a.subject_id = s.id
  join feed f on f.subject_id = a.feed_id
  left join connection_state c on c.key = a.connection_key
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null`

interface Details extends Pick<LoadedAsset, 'id' | 'name' | 'owner' | 'follows'> {
  isBroken: boolean
  behind: string | null
  lookAt: Instant | null
}

/** A promised asset, and the feed that is judged by it. */
export interface Promised {
  id: number
  feedId: number
  key: string
}

const PROMISED = `
  select s.id, a.feed_id as "feedId", s.key from subject s join asset a on a.subject_id = s.id
  where s.id = any($1::int[]) and s.removed_at is null and a.promised`

/** Those of these assets that their feeds are judged by. */
export async function promisedAmong(ctx: Context, ids: Iterable<number>): Promise<Promised[]> {
  const asked = [...new Set(ids)]
  return asked.length === 0 ? [] : (await ctx.pool.query<Promised>(PROMISED, [asked])).rows
}

/** When each asset that is late, stale or unknown is good again, as far as what decides it is seen, by its id. `known`: what the causes of the same look were found in. */
export async function getGoodAgain(ctx: Context, known: CauseGraph | null = null): Promise<Map<number, GoodAgain>> {
  const graph = known ?? (await causeGraphNow(ctx, false))
  const explaining = explainingEdges(graph.assets, graph.edges)
  const touched = new Set(explaining.flatMap(({ upstreamId, downstreamId }) => [upstreamId, downstreamId]))
  const concerned = graph.assets.filter(({ id, status }) => isUnhealthy(status) || touched.has(id))
  if (concerned.length === 0) return new Map()
  const [details, writers] = await Promise.all([
    ctx.pool.query<Details>(DETAILS, [concerned.map(({ id }) => id)]),
    getWriters(ctx, namesOf(concerned, 'flow'), namesOf(concerned, 'job')),
  ])
  const byId = new Map(details.rows.map((row) => [row.id, row]))
  const around = { known: new Set(writers.map(({ key }) => key)), seesAll: ctx.actor.audience === null }
  const assets = concerned.flatMap((asset) => toLoaded(asset, byId.get(asset.id), around) ?? [])
  return goodAgain(assets, explaining, writers, ctx.clock.now())
}

/** The same of feeds, by their ids: each with the last of what is promised of it. */
export async function getGoodAgainOfFeeds(ctx: Context, known: Map<number, GoodAgain> | null = null): Promise<Map<number, GoodAgain>> {
  const again = known ?? (await getGoodAgain(ctx))
  const promised = await promisedAmong(ctx, again.keys())
  return againOfFeeds({ feedOf: new Map(promised.map(({ id, feedId }) => [id, feedId])), again })
}

function namesOf(assets: readonly CauseAsset[], kind: 'flow' | 'job'): string[] {
  return [...new Set(assets.flatMap((asset) => asset[kind] ?? []))]
}

interface Around {
  known: ReadonlySet<string>
  seesAll: boolean
}

/** A flow that has left the catalogue loads nothing; nor does what left it between the two looks. */
function toLoaded(asset: CauseAsset, details: Details | undefined, { known, seesAll }: Around): LoadedAsset | null {
  const { id, status, since, isBlocked = false, isUnseen = false, flow, job } = asset
  const standing = { id, status, since, isBlocked, isUnseen, mayBeLoadedUnseen: !seesAll }
  if (isUnseen) return { ...standing, name: '', owner: null, writer: null, follows: false, unseen: null }
  if (details === undefined) return null
  const { name, owner, follows, behind, lookAt, isBroken } = details
  const writer = [`flow:${flow}`, `job:${job}`].find((key) => known.has(key)) ?? null
  return { ...standing, name, owner, writer, follows, isBroken, unseen: behind === null ? null : { behind, lookAt } }
}
