import type { Sql } from '#lib/db/context.ts'
import { toInstant, toInstantOrNull } from '#lib/db/instants.ts'
import type { Instant } from '#lib/domain/time/instant.ts'

/** A stretch in which one subject counts for another: from ≤ t < to; `to` null = still so. */
export interface Membership {
  containerId: number
  memberId: number
  from: Instant
  to: Instant | null
}

interface MembershipRow {
  container_id: number
  member_id: number
  from_at: Date
  to_at: Date | null
}

function toMembership(row: MembershipRow): Membership {
  return { containerId: row.container_id, memberId: row.member_id, from: toInstant(row.from_at), to: toInstantOrNull(row.to_at) }
}

async function loadMemberships(sql: Sql, ids: readonly number[], { name, text }: { name: string; text: string }): Promise<Membership[]> {
  if (ids.length === 0) return []
  const { rows } = await sql.query<MembershipRow>({ name, text: `${text} order by container_id, member_id, from_at`, values: [ids] })
  return joinNeighbours(rows)
}

/** Consecutive versions that say the same are one stretch. */
function joinNeighbours(rows: readonly MembershipRow[]): Membership[] {
  const joined: Membership[] = []
  for (const next of rows.map(toMembership)) {
    const last = joined.at(-1)
    if (last !== undefined && last.containerId === next.containerId && last.memberId === next.memberId && last.to === next.from)
      last.to = next.to
    else joined.push(next)
  }
  return joined
}

const ASSET_RANGES = `
  select subject_id as member_id, from_at, lead(from_at) over (partition by subject_id order by from_at) as to_at,
         settings ->> 'feed' as container, (settings ->> 'promised')::boolean as promised
  from subject_version`

const FEED_RANGES = `
  select subject_id as member_id, from_at, lead(from_at) over (partition by subject_id order by from_at) as to_at, settings ->> 'group' as container
  from subject_version`

/** When these assets belonged to which feed, promised or not. */
export function loadFeedsOfAssets(sql: Sql, assetIds: readonly number[]): Promise<Membership[]> {
  return loadMemberships(sql, assetIds, {
    name: 'feeds of assets',
    text: `select f.id as container_id, r.member_id, r.from_at, r.to_at
     from (${ASSET_RANGES} where subject_id = any($1::int[])) r join subject f on f.kind = 'feed' and f.key = r.container`,
  })
}

export function loadGroupsOfFeeds(sql: Sql, feedIds: readonly number[]): Promise<Membership[]> {
  return loadMemberships(sql, feedIds, {
    name: 'groups of feeds',
    text: `select g.id as container_id, r.member_id, r.from_at, r.to_at
     from (${FEED_RANGES} where subject_id = any($1::int[])) r join subject g on g.kind = 'group' and g.key = r.container`,
  })
}

/** Which assets were promised in these feeds, and when. */
export function loadPromisedAssets(sql: Sql, feedIds: readonly number[]): Promise<Membership[]> {
  return loadMemberships(sql, feedIds, {
    name: 'promised assets',
    text: `with wanted as (select id, key from subject where kind = 'feed' and id = any($1::int[])),
     candidates as (select distinct v.subject_id from subject_version v join wanted w on v.settings ->> 'feed' = w.key)
     select w.id as container_id, r.member_id, r.from_at, r.to_at
     from (${ASSET_RANGES} where subject_id in (select subject_id from candidates)) r join wanted w on w.key = r.container
     where r.promised`,
  })
}

export function loadFeedsOfGroups(sql: Sql, groupIds: readonly number[]): Promise<Membership[]> {
  return loadMemberships(sql, groupIds, {
    name: 'feeds of groups',
    text: `with wanted as (select id, key from subject where kind = 'group' and id = any($1::int[])),
     candidates as (select distinct v.subject_id from subject_version v join wanted w on v.settings ->> 'group' = w.key)
     select w.id as container_id, r.member_id, r.from_at, r.to_at
     from (${FEED_RANGES} where subject_id in (select subject_id from candidates)) r join wanted w on w.key = r.container`,
  })
}
