import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { oneAgainInPieces } from '#lib/domain/wording/cause-sentences.ts'

/** When one thing that is not fresh is good again and on what conditions; or why nobody can say, and whom to ask. `said`: a run's own words that stand there already. */
export function GoodAgainLine({ again, now, said }: { again: GoodAgain; now: Instant; said: string | null }) {
  return (
    <p className="mt-2">
      <Pieces of={oneAgainInPieces(again, now, said)} />
    </p>
  )
}
