import type { Status } from '#lib/domain/freshness/status.ts'
import { statusInWords } from '#lib/domain/wording/words.ts'
import type { DayCell } from '#lib/queries/shared/day-cells.ts'

/** The five statuses as a legend lists them: good news first. */
export const LEGEND_ORDER: readonly Status[] = ['fresh', 'late', 'stale', 'unknown', 'maintenance']

export const MEANINGS: Record<Status, string> = {
  fresh: 'arrived as promised',
  late: 'past its limit',
  stale: 'far past its limit',
  unknown: 'we cannot see it',
  maintenance: 'announced work, or paused',
}

/** A bar in words: `Late`, or `Late for a part, mostly fresh`. */
export function cellInWords(cell: DayCell | undefined): string {
  if (cell === undefined) return statusInWords(null)
  const [worst, ...others] = cell.parts
  const most = cell.parts.reduce((most, part) => (part.units > most.units ? part : most), { units: 0, status: cell.status })
  const split =
    others.length === 0 ? '' : most === worst ? ' for most of it' : ` for a part, mostly ${statusInWords(most.status).toLowerCase()}`
  return `${statusInWords(cell.status)}${split}${cell.blind ? ', not seen for a part' : ''}`
}
