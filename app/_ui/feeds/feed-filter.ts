import { STATUSES, type Status } from '#lib/domain/freshness/status.ts'
import type { OverviewFeed } from '#lib/queries/pages/status-overview.ts'

/** What a reader asks for: a status; an owner. */
export interface FeedFilter {
  /** A status, or everything a reader should look at. */
  status?: Status | 'not-fresh'
  owner?: string
}

const NOT_FRESH = 'not-fresh'
const FILTERS = [...STATUSES, NOT_FRESH] as const
const KNOWN = ['status', 'owner', 'page']
const LENGTH_MAX = 200

/** Reads the address; what it does not understand it says in words. */
export function parseFilter(query: Record<string, string | string[] | undefined>): FeedFilter | { problem: string } {
  const filter: FeedFilter = {}
  for (const [name, value] of Object.entries(query)) {
    if (!KNOWN.includes(name))
      return { problem: `There is no filter “${name}”. Known are status and owner; words are looked for in the catalogue.` }
    if (typeof value !== 'string') return { problem: `“${name}” may be given once.` }
    if (value.length > LENGTH_MAX) return { problem: `“${name}” is too long.` }
  }
  const { status, owner } = query
  if (typeof owner === 'string' && owner !== '') filter.owner = owner
  if (typeof status === 'string' && status !== '') {
    const known = FILTERS.find((name) => name === status)
    if (known === undefined) return { problem: `There is no status “${status}”. Known are ${STATUSES.join(', ')} and ${NOT_FRESH}.` }
    filter.status = known
  }
  return filter
}

/** Whether a feed is asked for. */
export function matches({ status, owner }: FeedFilter, feed: Pick<OverviewFeed, 'status' | 'owner'>): boolean {
  return hasStatus(status, feed.status) && (owner === undefined || feed.owner === owner)
}

/** Whether a feed has the wanted status. */
function hasStatus(wanted: FeedFilter['status'], status: Status | null): boolean {
  if (wanted === undefined) return true
  return wanted === NOT_FRESH ? status !== null && status !== 'fresh' : status === wanted
}
