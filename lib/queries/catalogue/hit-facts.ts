import type { Context } from '#lib/db/context.ts'
import { jobNameOfKeySql, jobNameSql } from '#lib/db/runs/job-names.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import { jobInWords, jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import { ASSET_KINDS } from '#lib/domain/search/entry.ts'
import type { KnownColumn } from '#lib/domain/search/known-columns.ts'
import type { Searchable } from '#lib/domain/search/match.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { getAssetFacts } from '#lib/queries/shared/asset-columns.ts'
import { getAssetsByIds } from '#lib/queries/shared/asset-rows.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { instant } from '#lib/queries/shared/instant-column.ts'
import { FLOW_TOUCHES } from './entries-sql.ts'
import type { FoundHit } from './ranked-sql.ts'

interface Named {
  key: string
  name: string
}

/** How fresh it is, as far as it has clocks. */
export interface HitClocks {
  dataThroughAt: Instant | null
  dataThroughIsDay: boolean
  updatedAt: Instant | null
  dueAt: Instant | null
}

/** What is shown of a hit, beside what it was found by. */
export interface HitFacts {
  name: string
  status: Status | null
  since: Instant | null
  group: Named | null
  feed: Named | null
  owner: string | null
  why: string | null
  description: string | null
  url: string | null
  labels: Readonly<Record<string, string>>
  columns: readonly KnownColumn[]
  clocks: HitClocks
  foundAt: Instant | null
  goneAt: Instant | null
}

interface Described {
  facts: HitFacts
  places: Searchable['places']
}

const NO_CLOCKS: HitClocks = { dataThroughAt: null, dataThroughIsDay: false, updatedAt: null, dueAt: null }
/** Of what nothing is known. */
export const NOTHING: Omit<HitFacts, 'name'> = {
  ...{ status: null, since: null, group: null, feed: null, owner: null, why: null, description: null, url: null, labels: {}, columns: [] },
  ...{ clocks: NO_CLOCKS, foundAt: null, goneAt: null },
}

type Places = Described['places'][number]
const placed = (place: Places['place'], ...texts: readonly (string | null | undefined)[]): Places[] =>
  texts.flatMap((text) => (text == null || text === '' ? [] : [{ place, text }]))
const labelled = (labels: Readonly<Record<string, string>>): Places[] =>
  Object.entries(labels).map(([name, text]) => ({ place: 'label', name, text }))

type Read = (ctx: Context, found: readonly FoundHit[]) => Promise<[tie: string, Described][]>

/** Reads some of what was found, and joins what was read by what it is known by. */
async function joined<R, K>(
  found: readonly FoundHit[],
  keyOf: (hit: FoundHit) => K,
  read: (keys: K[]) => Promise<R[]>,
  rowKey: (row: R) => K,
  describe: (row: R) => Described,
): Promise<[string, Described][]> {
  if (found.length === 0) return []
  const rows = new Map((await read(found.map(keyOf))).map((row) => [rowKey(row), row]))
  return found.flatMap((hit) => {
    const row = rows.get(keyOf(hit))
    return row === undefined ? [] : [[hit.tie, describe(row)] as [string, Described]]
  })
}

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

const assets: Read = async (ctx, found) => {
  const own = found.filter(isAsset)
  const ids = own.flatMap(({ id }) => (id === null ? [] : [id]))
  const [rows, facts] = await Promise.all([getAssetsByIds(ctx, ids), getAssetFacts(ctx, ids)])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return joined(
    own,
    ({ id }) => id,
    (keys) => readSubjects(ctx, keys),
    ({ id }) => id,
    (row) => {
      const asset = byId.get(row.id)
      const fact = facts.get(row.id)
      const { kind, feed, group, owner } = row
      return {
        facts: {
          ...NOTHING,
          ...{ ...row, description: row.description ?? fact?.description ?? null },
          ...{ url: fact?.url ?? null, labels: fact?.labels ?? {}, columns: fact?.columns ?? [], goneAt: fact?.goneAt ?? null },
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
        ],
      }
    },
  )
}

const subjects: Read = async (ctx, found) => {
  const own = found.filter((hit) => hit.id !== null && !isAsset(hit))
  const feedIds = own.flatMap(({ kind, id }) => (kind === 'feed' && id !== null ? [id] : []))
  const feeds = new Map((feedIds.length === 0 ? [] : await getFeedRows(ctx, feedIds)).map((feed) => [feed.id, feed]))
  return joined(
    own,
    ({ id }) => id,
    (keys) => readSubjects(ctx, keys),
    ({ id }) => id,
    (row) => ({
      facts: { ...NOTHING, ...row, clocks: clocksOf(feeds.get(row.id)) },
      places: [...placed('owner', row.owner), ...placed('group', row.group?.name, row.group?.key)],
    }),
  )
}

interface FoundRow extends Pick<HitFacts, 'name' | 'description' | 'owner' | 'url' | 'labels' | 'columns' | 'foundAt' | 'goneAt'> {
  key: string
  kind: string
  connection: string
  job: string | null
  jobName: string | null
}

const FOUND = `
  select f.connection_key || '/' || f.path as key, f.connection_key as connection, c.kind, f.name, f.description, f.owner, f.url, f.labels, f.columns, f.job, ${jobNameSql('f.connection_key', 'f.job')} as "jobName",
    ${instant('f.found_at')} as "foundAt", ${instant('f.gone_at')} as "goneAt"
  from found_asset f join connection_state c on c.key = f.connection_key
  join unnest($1::text[], $2::text[]) w(connection, path) on w.connection = f.connection_key and w.path = f.path`

const onlyFound: Read = (ctx, found) => {
  const own = found.filter(({ id, path }) => id === null && path !== null)
  const read = async () =>
    (await ctx.pool.query<FoundRow>(FOUND, [own.map(({ connection }) => connection), own.map(({ path }) => path)])).rows
  return joined(
    own,
    ({ key }) => key,
    read,
    ({ key }) => key,
    ({ job, jobName, kind, connection, key: _key, ...row }) => ({
      facts: { ...NOTHING, ...row },
      places: [
        ...placed('owner', row.owner),
        ...labelled(row.labels),
        ...placed('connection', connection, kind),
        ...placed('job', job === null ? null : jobInWords(job, jobName)),
      ],
    }),
  )
}

const FLOWS = `
  select x.name, x.settings ->> 'why' as why, ${FLOW_TOUCHES} as touches, (
    select json_build_object('key', fs.key, 'name', fs.name) from asset a join subject s on s.id = a.subject_id and s.removed_at is null
    join subject fs on fs.id = a.feed_id where a.flow = x.name order by fs.name limit 1) as feed
  from flow x where x.name = any($1::text[])`

const flows: Read = (ctx, found) => {
  type FlowRow = { name: string; why: string | null; touches: string; feed: Named | null }
  const read = async (names: string[]) => (await ctx.pool.query<FlowRow>(FLOWS, [names])).rows
  return joined(
    found.filter(({ kind }) => kind === 'flow'),
    ({ key }) => key,
    read,
    ({ name }) => name,
    ({ touches, ...row }) => ({
      facts: { ...NOTHING, ...row },
      places: placed('touches', ...touches.split('\n')),
    }),
  )
}

const connections: Read = (ctx, found) => {
  const read = async (keys: string[]) =>
    (
      await ctx.pool.query<{ key: string; name: string; why: string | null; kind: string }>(
        `select key, coalesce(name, key) as name, kind, settings ->> 'why' as why from connection_state where key = any($1::text[])`,
        [keys],
      )
    ).rows
  return joined(
    found.filter(({ kind }) => kind === 'connection'),
    ({ key }) => key,
    read,
    ({ key }) => key,
    ({ key: _, kind, ...row }) => ({
      facts: { ...NOTHING, ...row },
      places: placed('connection', kind),
    }),
  )
}

/** All that read what hits are, each those of its kind. */
export const READS: readonly Read[] = [assets, subjects, onlyFound, flows, connections]
