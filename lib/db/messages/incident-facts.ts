import { connectionNameSql, GONE_GAPS } from '#lib/db/catalogue/connection-names.ts'
import { ms } from '#lib/db/causes/result-sql.ts'
import type { Sql } from '#lib/db/context.ts'
import { toSaid } from '#lib/db/incidents/said.ts'
import { toText } from '#lib/db/instants.ts'
import { type LastEnds, lastEndsSql, TOLD_BY_RUN, toFailedRun } from '#lib/db/runs/failed-runs.ts'
import { jobNameOfKeySql } from '#lib/db/runs/job-names.ts'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { FactEntry, IncidentEnd, StatusSpan } from '#lib/domain/incidents/incident.ts'
import type { Said } from '#lib/domain/incidents/said.ts'
import { type CauseKey, partsOfCause } from '#lib/domain/lineage/causes/cause.ts'
import type { ToldFeed, ToldRoot } from '#lib/domain/messages/incident-message.ts'
import { jobOfSystemInWords } from '#lib/domain/runs/job-name.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A feed that is in an incident, or was, of one that is over. */
export interface FeedInIncident extends ToldFeed {
  incidentId: number
  group: string
}

/** An incident as far as it decides what is told of it. */
export interface IncidentFacts {
  id: number
  openedAt: Instant
  /** Also of one that late evidence says there never was. */
  endedAt: Instant | null
  endHow: IncidentEnd['how'] | null
  /** Since when nothing of it is wrong, while that may not last. */
  wellSince: Instant | null
  statuses: StatusSpan[]
  entries: FactEntry[]
  feeds: FeedInIncident[]
  said: Said[]
}

type IncidentRow = Omit<IncidentFacts, 'feeds' | 'said'>

const INCIDENTS = `
  select i.id, ${ms('i.opened_at')} as "openedAt", ${ms('coalesce(i.ended_at, i.withdrawn_at)')} as "endedAt",
    case when i.merged_into_id is not null then 'merged' else i.end_how end as "endHow", ${ms('i.well_since')} as "wellSince", i.statuses, i.entries
  from incident i where i.id = any($1::int[])`

const IS_OVER = '(i.ended_at is not null or i.withdrawn_at is not null)'
/** SQL: the causes that an incident `i` stands on, or stood on where it is over. */
const ROOTS = `array(select x.value ->> 'key' from jsonb_array_elements(i.roots) x where ${IS_OVER} or x.value -> 'to' = 'null')`

const FEEDS = `
  select i.id as "incidentId", fs.key, fs.name, gs.key as "group", gs.name as "groupName", f.owner, coalesce(f.settings ->> 'promise', '') as promise,
    (select own.status from status_span own where own.subject_id = fs.id and own.to_at is null) as status,
    (array['stale', 'late', 'unknown'])[min(coalesce(array_position(array['stale', 'late', 'unknown'], sp.status), 3))] as worst,
    case when bool_or('asset:' || a.subject_id = any(r.keys) or 'connection:' || a.connection_key = any(r.keys) or coalesce('flow:' || a.flow = any(r.keys), false)
      or coalesce('job:' || a.job = any(r.keys), false)) then 'root' else 'dependant' end as place
  from incident i cross join lateral (select ${ROOTS} as keys) r
  join incident_member m on m.incident_id = i.id and (${IS_OVER} or m.to_at is null)
  join asset a on a.subject_id = m.asset_id join subject fs on fs.id = a.feed_id join feed f on f.subject_id = fs.id join subject gs on gs.id = f.group_id
  left join status_span sp on sp.subject_id = m.asset_id and sp.to_at is null
  where i.id = any($1::int[]) group by i.id, fs.id, fs.key, fs.name, gs.key, gs.name, f.owner, f.settings`

type SaidRow = Parameters<typeof toSaid>[0] & { incidentId: number }

/** Of an incident, and of those that ended in it. */
const SAID = `
  with recursive taken(into_id, id) as (
    select w.id, w.id from unnest($1::int[]) as w(id) union select t.into_id, i.id from taken t join incident i on i.merged_into_id = t.id
  )
  select t.into_id as "incidentId", s.kind, ${ms('s.at')} as at, s.said_by as "by", s.words
  from taken t join incident_said s on s.incident_id = t.id order by s.at, s.id`

/** These incidents as they are known now, with what people said of them; as whoever `sql` belongs to may see them. */
export async function loadIncidentFacts(sql: Sql, ids: readonly number[]): Promise<Map<number, IncidentFacts>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql.query<IncidentRow>(INCIDENTS, [ids])
  const feeds = Map.groupBy((await sql.query<FeedInIncident>(FEEDS, [ids])).rows, ({ incidentId }) => incidentId)
  const said = Map.groupBy((await sql.query<SaidRow>(SAID, [ids])).rows, ({ incidentId }) => incidentId)
  return new Map(rows.map((row) => [row.id, { ...row, feeds: feeds.get(row.id) ?? [], said: (said.get(row.id) ?? []).map(toSaid) }]))
}

/** A cause of an incident, and the groups whose readers may know of it; null: everybody may. */
export interface RootInIncident extends ToldRoot {
  key: CauseKey
  groups: string[] | null
  /** An asset that tells what is wrong with it. */
  assetId: number | null
}

interface RootRow {
  key: CauseKey
  since: Instant
  assetId: number | null
  assetName: string | null
  jobName: string | null
  connectionName: string | null
  isGone: boolean
  status: Status | null
  problem: string | null
  isBroken: boolean | null
  explanation: string | null
  lastEnds: LastEnds | null
  groups: string[]
  isForAll: boolean
}

const IN_IT = `
  select b.subject_id from incident_member m join asset b on b.subject_id = m.asset_id
  where m.incident_id = r.id and (r.key = 'connection:' || b.connection_key or r.key = 'flow:' || b.flow or r.key = 'job:' || b.job)`

const WAS_GONE = `select from ${GONE_GAPS}
  where w.key = 'connection:' || g.connection_key and g.from_at < w.over_at and (g.to_at is null or g.to_at > to_timestamp(w.since / 1000))`

const WAS_BROKEN = `select from contract_break b where w.key = 'asset:' || b.asset_id and b.from_at < w.over_at
  and (b.to_at is null or b.to_at > to_timestamp(w.since / 1000))`

const CAUSES = `
  with r as (
    select i.id, coalesce(i.ended_at, i.withdrawn_at) as over_at, x.value ->> 'key' as key, min((x.value ->> 'since')::float8) as since
    from incident i cross join lateral jsonb_array_elements(i.roots) x where i.id = $1 and (${IS_OVER} or x.value -> 'to' = 'null') group by 1, 2, 3
  ), w as (
    select r.*, case when r.key like 'asset:%' then array[substr(r.key, 7)::int] else array(${IN_IT} order by 1) end as assets from r
  )
  select w.key, w.since, a.subject_id as "assetId", s.name as "assetName", case when w.key like 'job:%' then ${jobNameOfKeySql('substr(w.key, 5)')} end as "jobName",
    case when w.key like 'connection:%' then ${connectionNameSql('substr(w.key, 12)')} end as "connectionName",
    case when w.over_at is null then exists (select from connection_state c where c.is_gone and w.key = 'connection:' || c.key) else exists (${WAS_GONE}) end as "isGone",
    w.key like 'asset:%' and case when w.over_at is null then sp.reason = 'contract-broken' else exists (${WAS_BROKEN}) end as "isBroken",
    sp.status, a.problem, told_people(a.verdict ->> 'explanation', array[s.group_id]) as explanation,
    case when sp.reason = 'run-failed' or w.key like 'flow:%' or w.key like 'job:%' then ${lastEndsSql(null, TOLD_BY_RUN)} end as "lastEnds",
    array(select distinct g.key from asset x join feed f on f.subject_id = x.feed_id join subject g on g.id = f.group_id where x.subject_id = any(w.assets)) as groups,
    not exists (select from audience_group) or exists (
      select from asset x join feed f on f.subject_id = x.feed_id join audience_group v on v.group_id = f.group_id and v.audience = 'everybody'
      where x.subject_id = any(w.assets)) as "isForAll"
  from w left join asset a on a.subject_id = w.assets[1] left join subject s on s.id = a.subject_id
  left join status_span sp on sp.subject_id = a.subject_id and sp.to_at is null
  order by w.since, w.key`

/** What an incident stands on, or stood on where it is over, what began first first; without a name where whoever `sql` belongs to does not see it. */
export async function loadIncidentRoots(sql: Sql, id: number): Promise<RootInIncident[]> {
  const { rows } = await sql.query<RootRow>(CAUSES, [id])
  return rows.map((row): RootInIncident => {
    const { kind, name } = partsOfCause(row.key)
    const { key, since, assetId, status, isForAll, groups } = row
    if (kind === 'unseen') return { key, kind: 'asset', name: null, says: null, since, status: null, assetId: null, groups: null }
    return { key, kind, ...TOLD[kind](row, name), since, status, assetId, groups: isForAll ? null : groups }
  })
}

/** How each kind of cause is called, and who says what is wrong with it: the look, or the run. */
const TOLD: Record<
  ToldRoot['kind'],
  (row: RootRow, key: string) => { name: string; says: string | null; isGone?: boolean; isBroken?: boolean }
> = {
  asset: ({ assetName, lastEnds, explanation, isBroken }, key) => ({
    ...{ name: assetName ?? key, says: toFailedRun(lastEnds)?.words ?? explanation, isBroken: isBroken === true },
  }),
  connection: ({ problem, connectionName, isGone }, key) => ({ name: connectionName ?? key, says: problem, isGone }),
  flow: ({ lastEnds }, key) => ({ name: key, says: toFailedRun(lastEnds)?.words ?? null }),
  job: ({ jobName, lastEnds }, key) => ({ name: jobOfSystemInWords(key, jobName), says: toFailedRun(lastEnds)?.words ?? null }),
}

const STOOD = `
  select w.id from unnest($1::int[], $2::timestamptz[]) as w(id, at)
  where exists (select from incident_member m where m.incident_id = w.id and m.from_at <= w.at and (m.to_at is null or m.to_at > w.at))`

/** In which of these incidents something stood at an instant, as far as whoever `sql` belongs to sees them. */
export async function loadStoodAt(sql: Sql, asked: readonly { incidentId: number; at: Instant }[]): Promise<Set<number>> {
  if (asked.length === 0) return new Set()
  const { rows } = await sql.query<{ id: number }>(STOOD, [asked.map(({ incidentId }) => incidentId), asked.map(({ at }) => toText(at))])
  return new Set(rows.map(({ id }) => id))
}
