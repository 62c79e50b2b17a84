import { toColumns } from './feed-columns.ts'
import type { GroupLineData } from './feed-summary.ts'
import { GroupSection } from './group-section.tsx'

/** All service groups, with the heads of their columns. */
export function GroupList({ groups, until, now }: { groups: readonly GroupLineData[]; until: string; now: number }) {
  return (
    <section className="mt-8 max-md:mt-3" aria-label="Service groups">
      <div className="columns border-b border-line-strong pb-2 text-[13px] text-muted max-md:hidden" aria-hidden="true">
        <span>Service group</span>
        <span className="max-lg:hidden">90 days</span>
        <span className="lg:hidden">60 days</span>
        <span className="text-right">fresh</span>
      </div>
      {groups.map(({ feeds, ...group }) => (
        <GroupSection key={group.key} group={group} feeds={toColumns(feeds, now)} until={until} />
      ))}
    </section>
  )
}
