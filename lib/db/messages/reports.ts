import type { Sql } from '#lib/db/context.ts'
import { toInstant, toText } from '#lib/db/instants.ts'
import type { FeedKeys } from '#lib/domain/messages/route.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** What somebody reported of the data of a feed, and has not been settled. */
export interface Report {
  id: number
  at: Instant
  text: string
  by: string
  /** The dashboard that they saw it in. */
  asset: string | null
}

/** A feed that something is reported of. */
export interface ReportedFeed extends FeedKeys {
  id: number
  name: string
  assetId: number | null
}

/** The feed of a key, with the asset in it that is named; null when there is no such feed, or the asset is in no such. */
export async function findReportedFeed(sql: Sql, feed: string, asset: string | null): Promise<ReportedFeed | null> {
  const { rows } = await sql.query<ReportedFeed>(
    `select s.id, s.key as feed, s.name, g.key as "group", f.owner, a.subject_id as "assetId"
     from subject s join feed f on f.subject_id = s.id join subject g on g.id = f.group_id
     left join (asset a join subject sa on sa.id = a.subject_id and sa.removed_at is null) on a.feed_id = s.id and sa.key = $2
     where s.kind = 'feed' and s.key = $1 and s.removed_at is null and ($2::text is null or a.subject_id is not null)`,
    [feed, asset],
  )
  return rows[0] ?? null
}

/** Keeps a report; answers its number. */
export async function insertReport(
  sql: Sql,
  { feedId, assetId, text, by, at }: { feedId: number; assetId: number | null; text: string; by: string; at: Instant },
): Promise<number> {
  const { rows } = await sql.query<{ id: number }>(
    'insert into report (feed_id, asset_id, at, text, reported_by) values ($1, $2, $3, $4, $5) returning id',
    [feedId, assetId, toText(at), text, by],
  )
  return rows[0]?.id ?? 0
}

/** Has channels told of a report. */
export async function enqueueReport(sql: Sql, at: Instant, reportId: number, channels: readonly string[]): Promise<void> {
  if (channels.length === 0) return
  await sql.query(
    `insert into outbox (channel, event, created_at, next_attempt_at) select c, 'report:' || $2::int, $3, $3 from unnest($1::text[]) c on conflict do nothing`,
    [channels, reportId, toText(at)],
  )
}

/** Settles a report; the key of its feed, or null where there is none that is open. */
export async function settleReport(sql: Sql, id: number, by: string, at: Instant): Promise<string | null> {
  const { rows } = await sql.query<{ feed: string }>(
    `update report r set settled_at = $2, settled_by = $3 from subject s where r.id = $1 and r.settled_at is null and s.id = r.feed_id returning s.key as feed`,
    [id, toText(at), by],
  )
  return rows[0]?.feed ?? null
}

/** A report that waits to be told to a receiver. */
export interface WaitingReport extends Report, FeedKeys {
  outboxId: string
  feedName: string
}

/** Of what waits in these rows of the outbox the reports. */
export async function loadReports(sql: Sql, ids: readonly string[]): Promise<WaitingReport[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<Omit<WaitingReport, 'at'> & { at: Date }>(
    `select o.id::text as "outboxId", r.id, r.at, r.text, r.reported_by as by, sa.name as asset, s.key as feed, s.name as "feedName", g.key as "group", f.owner
     from outbox o join report r on r.id = split_part(o.event, ':', 2)::int join subject s on s.id = r.feed_id
     join feed f on f.subject_id = s.id join subject g on g.id = f.group_id left join subject sa on sa.id = r.asset_id
     where o.id = any($1::bigint[]) and o.event like 'report:%' order by o.id`,
    [ids],
  )
  return rows.map((row) => ({ ...row, at: toInstant(row.at) }))
}
