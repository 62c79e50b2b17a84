import type { GroupPage } from '#lib/queries/group-page.ts'
import { toFeedLine } from '../_lib/feed-line.ts'
import { freshCount } from '../_lib/headline.ts'
import { overviewPath } from '../_lib/paths.ts'
import { ChangeList } from './change-list.tsx'
import { FeedLine } from './feed-line.tsx'
import { Frame } from './frame.tsx'
import { History } from './history.tsx'
import { PauseOrder } from './pause-order.tsx'
import { Section } from './section.tsx'
import { StatusMark } from './status-mark.tsx'
import { Time } from './time.tsx'
import { WorkNotes } from './work-note.tsx'

/** A service group: its feeds with all their bars, and its own history. */
export function GroupScreen({ group }: { group: GroupPage }) {
  const until = group.bars?.until ?? ''
  return (
    <Frame page={group.page} now={group.now} banners={group.banners} crumbs={[['All feeds', overviewPath]]}>
      <header className="subject-head">
        <h1>{group.name}</h1>
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
          {group.feeds.map((feed) => (
            <FeedLine key={feed.key} feed={toFeedLine(feed, group.page.zone, group.work)} until={feed.bars?.until ?? until} withBars />
          ))}
        </ul>
      </Section>
      <History subject={`group:${group.key}`} name={group.name} bars={group.bars} days={group.days} />
      <ChangeList changes={group.changes} />
    </Frame>
  )
}
