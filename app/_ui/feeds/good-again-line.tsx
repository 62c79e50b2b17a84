import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { Owner } from '#app/_ui/reload/owner.tsx'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { oneAgainInPieces } from '#lib/domain/wording/cause-sentences.ts'

interface GoodAgainLineProps {
  again: GoodAgain
  now: Instant
  /** A run's own words that stand there already. */
  said: string | null
  /** What it is of, where whom to ask does not stand there already. */
  askAbout: string | null
}

/** When one thing that is not fresh is good again and on what conditions; or why nobody can say, and whom to ask. */
export function GoodAgainLine({ again, now, said, askAbout }: GoodAgainLineProps) {
  const ask = again.kind === 'no-date' && askAbout !== null ? again.ask : null
  return (
    <p className="mt-2">
      <Pieces of={oneAgainInPieces(again, now, said)} />
      {ask !== null && askAbout !== null && (
        <>
          {' Ask '}
          <Owner owner={ask} about={askAbout} />.
        </>
      )}
    </p>
  )
}
