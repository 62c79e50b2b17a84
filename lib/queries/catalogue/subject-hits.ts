import type { Context } from '#lib/db/context.ts'
import { jobNameOfKeySql } from '#lib/db/runs/job-names.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { ASSET_KINDS } from '#lib/domain/search/entry.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { type AssetRow, getAssetsByIds } from '#lib/queries/shared/asset-rows.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { getAssetContracts } from './asset-contracts.ts'
import { fieldsOfAsset } from './asset-fields.ts'
import { type HitClocks, joined, NO_CLOCKS, NOTHING, type Read, type Writer } from './hit-facts.ts'
import { contractPlaces, labelled, placed } from './hit-places.ts'
import { getNeighbourNames, type Named } from './neighbour-names.ts'
import type { FoundHit } from './ranked-sql.ts'

interface SubjectRow {
  id: number
  name: string
  status: Status | null
  since: Instant | null
  why: string | null
  description: string | null
  group: Named | null
  feed: Named | null
  owner: string | null
  kind: string | null
  jobName: string | null
}

const SUBJECTS = `
  select s.id, s.name, s.why, s.description, sp.status, ${instant('coalesce(sp.since_at, sp.from_at)')} as since, f.owner, c.kind, ${jobNameOfKeySql('a.job')} as "jobName",
    case when g.id is not null then json_build_object('key', g.key, 'name', g.name) end as "group",
    case when a.subject_id is not null then json_build_object('key', fs.key, 'name', fs.name) end as feed
  from subject s
  left join asset a on a.subject_id = s.id
  left join feed f on f.subject_id = coalesce(a.feed_id, s.id)
  left join subject fs on fs.id = f.subject_id
  left join subject g on g.id = f.group_id
  left join connection_state c on c.key = a.connection_key
  left join status_span sp on sp.subject_id = s.id and sp.to_at is null
  where s.id = any($1::int[]) and s.removed_at is null`

const readSubjects = async (ctx: Context, ids: readonly (number | null)[]) => (await ctx.pool.query<SubjectRow>(SUBJECTS, [ids])).rows

function clocksOf(row: HitClocks | undefined): HitClocks {
  if (row === undefined) return NO_CLOCKS
  const { dataThroughAt, dataThroughIsDay, updatedAt, dueAt } = row
  return { dataThroughAt, dataThroughIsDay, updatedAt, dueAt }
}

const isAsset = ({ kind, id }: FoundHit) => id !== null && ASSET_KINDS.includes(kind)

function writerOf(asset: Pick<AssetRow, 'flow' | 'job'> | undefined, jobName: string | null): Writer | null {
  if (asset?.flow != null) return { kind: 'flow', key: asset.flow, name: asset.flow }
  return asset?.job == null ? null : { kind: 'job', key: asset.job, name: jobOfSystemInWords(asset.job, jobName) }
}

/** Assets of the catalogue. */
export const assets: Read = async (ctx, found) => {
  const own = found.filter(isAsset)
  const ids = own.flatMap(({ id }) => (id === null ? [] : [id]))
  const [rows, facts, contracts, around] = await Promise.all([
    getAssetsByIds(ctx, ids),
    getAssetFacts(ctx, ids),
    getAssetContracts(ctx, ids),
    getNeighbourNames(ctx, ids),
  ])
  const contractOf = new Map(contracts.map((contract) => [contract.id, contract]))
  const byId = new Map(rows.map((row) => [row.id, row]))
  return joined(
    ctx,
    own,
    ({ id }) => id,
    readSubjects,
    ({ id }) => id,
    (row) => {
      const asset = byId.get(row.id)
      const fact = facts.get(row.id)
      const contract = contractOf.get(row.id) ?? null
      const { kind, feed, group, owner } = row
      return {
        facts: {
          ...NOTHING,
          ...{ ...row, description: row.description ?? fact?.description ?? null },
          ...{ url: fact?.url ?? null, labels: fact?.labels ?? {}, columns: fact?.columns ?? [], goneAt: fact?.goneAt ?? null },
          ...{ contract, fields: fieldsOfAsset(fact, contract) },
          ...{ writer: writerOf(asset, row.jobName), around: around.get(row.id) ?? null },
          clocks: clocksOf(asset && { ...asset, updatedAt: asset.loadedAt ?? asset.writtenAt }),
        },
        places: [
          ...placed('owner', owner, fact?.owner),
          ...placed('group', group?.name, group?.key),
          ...placed('feed', feed?.name, feed?.key),
          ...labelled(fact?.labels ?? {}),
          ...placed('connection', asset?.connection, kind),
          ...placed('flow', asset?.flow),
          ...placed('job', asset?.job == null ? null : jobOfSystemInWords(asset.job, row.jobName)),
          ...contractPlaces(contract),
        ],
      }
    },
  )
}

/** Groups and feeds. */
export const subjects: Read = async (ctx, found) => {
  const own = found.filter((hit) => hit.id !== null && !isAsset(hit))
  const feedIds = own.flatMap(({ kind, id }) => (kind === 'feed' && id !== null ? [id] : []))
  const feeds = new Map((feedIds.length === 0 ? [] : await getFeedRows(ctx, feedIds)).map((feed) => [feed.id, feed]))
  return joined(
    ctx,
    own,
    ({ id }) => id,
    readSubjects,
    ({ id }) => id,
    (row) => ({
      facts: { ...NOTHING, ...row, clocks: clocksOf(feeds.get(row.id)) },
      places: [...placed('owner', row.owner), ...placed('group', row.group?.name, row.group?.key)],
    }),
  )
}
