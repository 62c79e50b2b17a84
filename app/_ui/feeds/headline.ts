import { listInWords } from '#lib/domain/wording/lists.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { StatusCounts } from '#lib/queries/shared/status-counts.ts'

const ONE = { stale: 'is stale', late: 'is late', unknown: 'cannot be seen', maintenance: 'is under maintenance' } as const
const MANY = { stale: 'are stale', late: 'are late', unknown: 'cannot be seen', maintenance: 'are under maintenance' } as const
const ORDER = ['stale', 'late', 'unknown', 'maintenance'] as const

/** The page in one sentence: `2 of 41 feeds are late.` */
export function headline(counts: StatusCounts): string {
  if (counts.judged === 0) return counts.none === 0 ? 'There are no feeds yet.' : 'No feed has a status yet.'
  if (counts.fresh === counts.judged)
    return counts.judged === 1 ? 'The one feed is fresh.' : `All ${formatCount(counts.judged)} feeds are fresh.`
  const kinds = ORDER.filter((status) => counts[status] > 0)
  const parts = kinds.map((status, index) => {
    const count = counts[status]
    const subject = index === 0 ? `${formatCount(count)} of ${formatCount(counts.judged)} feeds` : formatCount(count)
    return `${subject} ${count === 1 ? ONE[status] : MANY[status]}`
  })
  return `${listInWords(parts)}.`
}

/** `12 of 14 fresh`; says so when nothing is judged. */
export function freshCount(counts: StatusCounts): string {
  return counts.judged === 0 ? 'nothing judged' : `${formatCount(counts.fresh)} of ${formatCount(counts.judged)} fresh`
}
