import type { GroupLineData } from './feed-summary.ts'
import { GroupSection } from './group-section.tsx'

/** All service groups, with the heads of their columns. */
export function GroupList({ groups, until }: { groups: readonly GroupLineData[]; until: string }) {
  return (
    <section className="groups" aria-label="Service groups">
      <div className="columns" aria-hidden="true">
        <span>Service group</span>
        <span className="ends">
          <span className="window">90 days</span>
          <span>today</span>
        </span>
        <span className="end">fresh</span>
      </div>
      {groups.map((group) => (
        <GroupSection key={group.key} group={group} until={until} />
      ))}
    </section>
  )
}
