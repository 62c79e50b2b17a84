import { type Instant, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'

export interface ProgressMark {
  at: Instant
  done: number
}

/** How fast a run goes, in items per second; null while nothing can be said. */
export interface Throughput {
  /** Over the last minute, or as much of it as was watched. */
  recent: number | null
  /** The stretch `recent` is about; a minute at most, apart from the pause between two looks. */
  recentMs: number
  overall: number | null
}

/** A shorter stretch says nothing about a throughput. */
const STRETCH_MS_MIN = 3 * SECOND_MS

/** The marks that the throughput of the last minute needs, oldest first, with a new one. A count that fell back begins anew. */
export function withMark(marks: readonly ProgressMark[], mark: ProgressMark): ProgressMark[] {
  const last = marks.at(-1)
  if (last !== undefined && mark.done < last.done) return [mark]
  if (last !== undefined && mark.at <= last.at) return [...marks]
  const all = [...marks, mark]
  const base = all.findLastIndex(({ at }) => at <= mark.at - MINUTE_MS)
  return all.slice(Math.max(0, base))
}

/** The throughput at the newest mark. `startedAt`: when counting began. */
export function throughputOf(marks: readonly ProgressMark[], startedAt: Instant | null): Throughput {
  const first = marks[0]
  const last = marks.at(-1)
  if (first === undefined || last === undefined) return { recent: null, recentMs: 0, overall: null }
  const recentMs = last.at - first.at
  const recent = recentMs < STRETCH_MS_MIN ? null : perSecond(last.done - first.done, recentMs)
  const overallMs = startedAt === null ? 0 : last.at - startedAt
  return { recent, recentMs, overall: overallMs < STRETCH_MS_MIN ? null : perSecond(last.done, overallMs) }
}

function perSecond(count: number, ms: number): number {
  return (count * SECOND_MS) / ms
}

/** `312 per second`, `4.2 per second`, `12 per minute`: a rate in the unit that people can picture. */
export function rateInWords(perSecondRate: number): string {
  if (perSecondRate >= 10) return `${formatCount(Math.round(perSecondRate))} per second`
  if (perSecondRate >= 1) return `${perSecondRate.toFixed(1)} per second`
  const perMinute = perSecondRate * 60
  return `${perMinute >= 10 || perMinute === 0 ? Math.round(perMinute) : perMinute.toFixed(1)} per minute`
}

/** The throughput in words, the last minute first: `340 per second in the last minute, 312 overall`; null while nothing can be said. */
export function throughputInWords({ recent, recentMs, overall }: Throughput): string | null {
  const parts: string[] = []
  if (recent !== null) {
    const stretch = recentMs >= MINUTE_MS - STRETCH_MS_MIN ? 'minute' : `${Math.round(recentMs / SECOND_MS)} s`
    parts.push(`${rateInWords(recent)} in the last ${stretch}`)
  }
  if (overall !== null) parts.push(`${rateInWords(overall)} overall`)
  return parts.length === 0 ? null : parts.join(', ')
}
