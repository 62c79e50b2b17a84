import { causeInPieces } from '#lib/domain/wording/cause-sentences.ts'
import { headlineInPieces } from '#lib/domain/wording/headline.ts'
import type { Piece } from '#lib/domain/wording/pieces.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'

/** The page in one sentence, with what it comes down to where that is one thing. */
export function headlineOf({ counts, trouble: { lines, total, holding } }: Pick<Overview, 'counts' | 'trouble'>): Piece[] {
  const isOne = holding === 1 || (holding === 0 && total === 1)
  const only = isOne ? lines.find(({ held }) => held.length > 0 || holding === 0) : undefined
  const atRisk = new Set(lines.flatMap((line) => line.atRisk.map(({ key }) => key))).size
  return headlineInPieces(counts, { holding, atRisk, only: only === undefined ? null : causeInPieces(only) })
}
