import type { GroupPage } from '#lib/queries/group-page.ts'
import { toFeedLine } from '../_lib/feed-line.ts'
import { FEEDS_PAGE } from '../_lib/found-page.ts'
import { freshCount } from '../_lib/headline.ts'
import { pageOf } from '../_lib/pages-of.ts'
import { groupPath, overviewPath } from '../_lib/paths.ts'
import { worstFirst } from '../_lib/worst-first.ts'
import { ChangeList } from './change-list.tsx'
import { FeedLine } from './feed-line.tsx'
import { Frame } from './frame.tsx'
import { History } from './history.tsx'
import { Pager } from './pager.tsx'
import { PauseOrder } from './pause-order.tsx'
import { Section } from './section.tsx'
import { StatusMark } from './status-mark.tsx'
import { Time } from './time.tsx'
import { WorkNotes } from './work-note.tsx'

/** A service group: its feeds with all their bars, and its own history. */
export function GroupScreen({ group, pageNumber }: { group: GroupPage; pageNumber: number }) {
  const until = group.bars?.until ?? ''
  const isLong = group.feeds.length > FEEDS_PAGE
  const feeds = pageOf(isLong ? worstFirst(group.feeds) : group.feeds, pageNumber, FEEDS_PAGE)
  return (
    <Frame page={group.page} now={group.now} shows={[`group:${group.key}`]} banners={group.banners} crumbs={[['All feeds', overviewPath]]}>
      <header className="subject-head">
        <h1 dir="auto">{group.name}</h1>
        {group.description !== null && <p className="lead">{group.description}</p>}
        <p className="verdict">
          <StatusMark status={group.status} big />
          <span className="muted">
            {freshCount(group.counts)}
            {group.since !== null && group.status !== 'fresh' && (
              <>
                , so since <Time at={group.since} form="long" />
              </>
            )}
          </span>
        </p>
        <WorkNotes work={group.work} own={{ kind: 'group', key: group.key }} />
        <PauseOrder subject={{ kind: 'group', key: group.key }} name={group.name} work={group.work} takesOrders={group.takesOrders} />
      </header>
      <Section title="Feeds">
        <ul className="feeds lines">
          {feeds.items.map((feed) => (
            <FeedLine key={feed.key} feed={toFeedLine(feed, group.page.zone, group.work)} until={feed.bars?.until ?? until} withBars />
          ))}
        </ul>
        <Pager of={feeds} what="feeds" hrefOf={(number) => `${groupPath(group.key)}?page=${number}`} />
        {group.feeds.length === 0 && (
          <p className="muted">
            It has no feed yet. Write one under its <code>feeds:</code> in the catalogue.
          </p>
        )}
      </Section>
      <History subject={`group:${group.key}`} name={group.name} bars={group.bars} days={group.days} />
      <ChangeList changes={group.changes} />
    </Frame>
  )
}
