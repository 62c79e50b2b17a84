import { STATUSES, type Status } from '#lib/domain/freshness/status.ts'
import type { OverviewFeed } from '#lib/queries/pages/status-overview.ts'

/** What a reader asks for: words in name, key or owner; a status; an owner. */
export interface FeedFilter {
  q?: string
  /** A status, or everything a reader should look at. */
  status?: Status | 'not-fresh'
  owner?: string
}

const NOT_FRESH = 'not-fresh'
const FILTERS = [...STATUSES, NOT_FRESH] as const
const KNOWN = ['q', 'status', 'owner', 'page']
const LENGTH_MAX = 200

/** Reads the address; what it does not understand it says in words. */
export function parseFilter(query: Record<string, string | string[] | undefined>): FeedFilter | { problem: string } {
  const filter: FeedFilter = {}
  for (const [name, value] of Object.entries(query)) {
    if (!KNOWN.includes(name)) return { problem: `There is no filter “${name}”. Known are q, status and owner.` }
    if (typeof value !== 'string') return { problem: `“${name}” may be given once.` }
    if (value.length > LENGTH_MAX) return { problem: `“${name}” is too long.` }
  }
  const { q, status, owner } = query
  if (typeof q === 'string' && q.trim() !== '') filter.q = q.trim()
  if (typeof owner === 'string' && owner !== '') filter.owner = owner
  if (typeof status === 'string' && status !== '') {
    const known = FILTERS.find((name) => name === status)
    if (known === undefined) return { problem: `There is no status “${status}”. Known are ${STATUSES.join(', ')} and ${NOT_FRESH}.` }
    filter.status = known
  }
  return filter
}

/** Whether a feed is asked for: every word must stand somewhere in its name, key, owner or group. */
export function matches(filter: FeedFilter, feed: OverviewFeed, groupName: string): boolean {
  if (!hasStatus(filter.status, feed.status)) return false
  if (filter.owner !== undefined && feed.owner !== filter.owner) return false
  if (filter.q === undefined) return true
  const text = `${feed.name} ${feed.key} ${feed.owner ?? ''} ${groupName}`.toLowerCase()
  return filter.q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Whether a feed has the wanted status. */
export function hasStatus(wanted: FeedFilter['status'], status: Status | null): boolean {
  if (wanted === undefined) return true
  return wanted === NOT_FRESH ? status !== null && status !== 'fresh' : status === wanted
}
