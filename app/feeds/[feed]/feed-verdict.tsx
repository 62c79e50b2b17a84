import { BlockedBy } from '#app/_ui/feeds/blocked-by.tsx'
import { sentence } from '#app/_ui/feeds/change-list.tsx'
import { reasonInWords, statusInWords } from '#lib/domain/wording/words.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'

/** What is said of the promised asset that gives the feed its status. */
export function FeedVerdict({ found }: { found: Pick<FeedPage, 'feed' | 'assets'> }) {
  const { status, reason, failedRun } = found.feed
  if (reason === null) return null
  if (failedRun !== null) return <bdi>{failedRun.words}</bdi>
  const cause = found.assets.find((asset) => asset.promised && asset.status === status && asset.reason === reason)
  if (cause === undefined || status === 'fresh') return sentence(reasonInWords(reason))
  if (reason !== 'blocked') return cause.explanation ?? sentence(reasonInWords(reason))
  return (
    <>
      {statusInWords(status)} <BlockedBy asset={cause} />.
      {(status === 'late' || status === 'stale') &&
        found.feed.updatedAt !== null &&
        ' How new that is counts, not when this was updated last.'}
    </>
  )
}
