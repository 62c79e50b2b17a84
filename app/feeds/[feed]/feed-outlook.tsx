import { GoodAgainLine } from '#app/_ui/feeds/good-again-line.tsx'
import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { causeInPieces } from '#lib/domain/wording/cause-sentences.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'

/** How it goes on with a feed: when it is good again, or from when on it is late and because of what. */
export function FeedOutlook({ found }: { found: Pick<FeedPage, 'feed' | 'outlook' | 'window' | 'takesActions'> }) {
  const { feed, outlook, window, takesActions } = found
  const { again, riskAt, lines } = outlook
  if (again !== null)
    return <GoodAgainLine again={again} now={window.now} said={feed.failedRun?.says ?? null} askAbout={takesActions ? feed.name : null} />
  const cause = lines.find(({ atRisk }) => atRisk.some(({ id }) => id === feed.id))
  if (riskAt === null || cause === undefined) return null
  return (
    <p className="mt-2">
      <Pieces of={['It is at risk: it will be late from ', { at: riskAt }, ' if this goes on, because ', ...causeInPieces(cause), '.']} />
    </p>
  )
}
