import { History } from '#app/_bars/history.tsx'
import { SeriesNotes } from '#app/_ui/actions/maintenance-action.tsx'
import { PauseAction } from '#app/_ui/actions/pause-action.tsx'
import { WorkNotes } from '#app/_ui/actions/work-note.tsx'
import { Said } from '#app/_ui/alone-shell.tsx'
import { CauseList } from '#app/_ui/feeds/cause-list.tsx'
import { ChangeList } from '#app/_ui/feeds/change-list.tsx'
import { FeedLine } from '#app/_ui/feeds/feed-line.tsx'
import { toFullFeedLine } from '#app/_ui/feeds/feed-summary.ts'
import { FEEDS_PAGE } from '#app/_ui/feeds/found-page.ts'
import { LettersSection } from '#app/_ui/feeds/letters-section.tsx'
import { Pieces } from '#app/_ui/feeds/pieces.tsx'
import { PageShell } from '#app/_ui/page-shell.tsx'
import { Pager } from '#app/_ui/pager.tsx'
import { pageOf } from '#app/_ui/pages-of.ts'
import { embedsPath, groupPath, lineagePath, overviewPath } from '#app/_ui/paths.ts'
import { Purpose, Section } from '#app/_ui/section.tsx'
import { StatusMark } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import { worstFirst } from '#app/_ui/worst-first.ts'
import type { SubscriptionOffer } from '#lib/access/subscriptions/subscribe.ts'
import { againInPieces } from '#lib/domain/wording/cause-sentences.ts'
import { freshCount } from '#lib/domain/wording/headline.ts'
import type { GroupPage } from '#lib/queries/pages/group-page.ts'

interface GroupScreenProps {
  group: GroupPage
  pageNumber: number
  offer: SubscriptionOffer | null
  /** What became of a form that was sent from here. */
  said: string | null
}

/** A service group: its feeds with all their bars, and its own history. */
export function GroupScreen({ group, pageNumber, offer, said }: GroupScreenProps) {
  const until = group.bars?.until ?? ''
  const isLong = group.feeds.length > FEEDS_PAGE
  const feeds = pageOf(isLong ? worstFirst(group.feeds) : group.feeds, pageNumber, FEEDS_PAGE)
  return (
    <PageShell
      page={group.page}
      now={group.now}
      shows={[`group:${group.key}`]}
      banners={group.banners}
      crumbs={[['All feeds', overviewPath]]}
    >
      <header className="max-w-[880px] pt-4 pb-6">
        <h1 dir="auto">{group.name}</h1>
        <Said words={said} />
        <Purpose why={group.why} description={group.description} />
        <p className="verdict">
          <StatusMark status={group.status} big />
          <span className="muted">
            {group.since !== null && group.status !== 'fresh' && (
              <>
                since <Time at={group.since} form="long" />;{' '}
              </>
            )}
            {freshCount(group.counts)}
          </span>
        </p>
        <CauseList {...group.trouble} now={group.now} />
        <AllAgain group={group} />
        <WorkNotes work={group.work} own={{ kind: 'group', key: group.key }} takesActions={group.takesActions} />
        <SeriesNotes series={group.series} takesActions={group.takesActions} />
        <PauseAction subject={{ kind: 'group', key: group.key }} name={group.name} work={group.work} takesActions={group.takesActions} />
      </header>
      <Section
        title="Feeds"
        note={
          <>
            <a href={lineagePath({ group: group.key })}>Lineage</a>, <a href={embedsPath({ kind: 'group', key: group.key })}>embed it</a>
          </>
        }
      >
        <ul className="feeds border-b border-line *:ps-0!">
          {feeds.items.map((feed) => (
            <FeedLine key={feed.key} feed={toFullFeedLine(feed, group.page.zone, group.work)} until={feed.bars?.until ?? until} withBars />
          ))}
        </ul>
        <Pager of={feeds} what="feeds" order="worst first" hrefOf={(number) => `${groupPath(group.key)}?page=${number}`} />
        {group.feeds.length === 0 && (
          <p className="muted">
            It has no feed yet. Write one under its <code>feeds:</code> in the catalogue.
          </p>
        )}
      </Section>
      <History subject={`group:${group.key}`} name={group.name} bars={group.bars} days={group.days} />
      <ChangeList changes={group.changes} />
      <LettersSection subject={{ kind: 'group', key: group.key }} name={group.name} offer={offer} />
    </PageShell>
  )
}

/** When all of it is good again, where there is a date for all of it and more than one cause has to go first. */
function AllAgain({ group: { name, feeds, trouble, now } }: { group: GroupPage }) {
  const dated = feeds.flatMap(({ again }) => again?.kind ?? [])
  if (trouble.lines.length < 2 || dated.length === 0 || dated.includes('no-date')) return null
  return (
    <p className="mt-2">
      All of <bdi>{name}</bdi>: <Pieces of={againInPieces(feeds, now)} />
    </p>
  )
}
