import { STATUSES, type Status } from '#lib/domain/freshness/status.ts'
import { causeInPieces } from '#lib/domain/wording/cause-sentences.ts'
import { headlineInPieces } from '#lib/domain/wording/headline.ts'
import type { Piece } from '#lib/domain/wording/pieces.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'

/** The page in one sentence, with what it comes down to where that is one thing; before the first worker that it starts. */
export function headlineOf({
  banners,
  counts,
  trouble: { lines, total, holding },
}: Pick<Overview, 'banners' | 'counts' | 'trouble'>): Piece[] {
  if (isStarting({ banners, counts })) return ['Starting: nothing has been looked at yet.']
  const isOne = holding === 1 || (holding === 0 && total === 1)
  const only = isOne ? lines.find(({ held }) => held.length > 0 || holding === 0) : undefined
  const atRisk = new Set(lines.flatMap((line) => line.atRisk.map(({ key }) => key))).size
  return headlineInPieces(counts, { holding, atRisk, only: only === undefined ? null : causeInPieces(only) })
}

/** No worker has run here so far, and nothing is known of any feed. */
function isStarting({ banners, counts }: Pick<Overview, 'banners' | 'counts'>): boolean {
  return (
    counts.unknown > 0 && counts.unknown === counts.judged && banners.some((banner) => banner.kind === 'worker' && banner.since === null)
  )
}

/** False while nobody looks at the sources, or the database does not answer: what is shown was true then. */
export function isChecked({ banners }: Pick<Overview, 'banners'>): boolean {
  return !banners.some(({ kind }) => kind === 'database' || kind === 'worker' || kind === 'probes')
}

/** The page in one status, the worst of its feeds; while nothing is checked none of them counts as fresh. */
export function standingOf(overview: Pick<Overview, 'banners' | 'counts'>): Status | null {
  const worst = STATUSES.find((status) => overview.counts[status] > 0) ?? null
  return worst === 'fresh' && !isChecked(overview) ? 'unknown' : worst
}
