import type { Status } from '#lib/domain/freshness/status.ts'
import { listInWords } from './lists.ts'
import { formatCount } from './numbers.ts'
import type { Piece } from './pieces.ts'

/** How many things have which status; `none` have no promise and stand outside `judged`. */
type StatusCounts = Readonly<Record<Status | 'none' | 'judged', number>>

const ONE = {
  stale: 'is stale',
  late: 'is late',
  unknown: 'cannot be seen',
  maintenance: 'is under maintenance',
  fresh: 'is fresh',
} as const
const MANY = {
  stale: 'are stale',
  late: 'are late',
  unknown: 'cannot be seen',
  maintenance: 'are under maintenance',
  fresh: 'are fresh',
} as const
const ORDER = ['stale', 'late', 'unknown', 'maintenance'] as const

/** How one or more things stand, after their names: `is late`, `are late`. */
export function standsInWords(status: Status, count: number): string {
  return count === 1 ? ONE[status] : MANY[status]
}

/** The page in one sentence: `2 of 41 feeds are late.` */
export function headline(counts: StatusCounts): string {
  if (counts.judged === 0) return counts.none === 0 ? 'There are no feeds yet.' : 'No feed has a status yet.'
  if (counts.fresh === counts.judged)
    return counts.judged === 1 ? 'The one feed is fresh.' : `All ${formatCount(counts.judged)} feeds are fresh.`
  const kinds = ORDER.filter((status) => counts[status] > 0)
  const parts = kinds.map((status, index) => {
    const count = counts[status]
    const subject = index === 0 ? `${formatCount(count)} of ${formatCount(counts.judged)} feeds` : formatCount(count)
    return `${subject} ${standsInWords(status, count)}`
  })
  return `${listInWords(parts)}.`
}

/** How many causes hold something back, how many feeds are at risk, and what it is where one thing alone is behind all of it. */
export interface WhatIsBehind {
  holding: number
  atRisk: number
  only: readonly Piece[] | null
}

/** The same with what it comes down to: `6 of 41 feeds are late, all because of one thing: SAP has not answered since 01:10.` */
export function headlineInPieces(counts: StatusCounts, { holding, atRisk, only }: WhatIsBehind): Piece[] {
  const troubled = counts.stale + counts.late + counts.unknown
  const after: Piece[] = only === null ? [] : [': ', ...only]
  if (troubled === 0) {
    const words = headline(counts)
    return atRisk === 0 ? [words] : [withoutStop(words), `; ${formatCount(atRisk)} ${atRisk === 1 ? 'is' : 'are'} at risk`, ...after, '.']
  }
  if (holding === 0) return [headline(counts)]
  const words = withoutStop(headline({ ...counts, maintenance: 0 }))
  const rest = counts.maintenance === 0 ? '.' : `. ${formatCount(counts.maintenance)} ${standsInWords('maintenance', counts.maintenance)}.`
  if (holding > 1) return [words, `, because of ${formatCount(holding)} things`, rest]
  if (troubled === 1) return [words, ...after, rest]
  return [words, `, ${troubled === 2 ? 'both' : 'all'} because of one thing`, ...after, rest]
}

function withoutStop(words: string): string {
  return words.slice(0, -1)
}

/** `12 of 14 fresh`; says so when nothing is judged. */
export function freshCount(counts: StatusCounts): string {
  return counts.judged === 0 ? 'nothing judged' : `${formatCount(counts.fresh)} of ${formatCount(counts.judged)} fresh`
}
