import { WorkSubject } from '#app/_ui/actions/work-subject.tsx'
import { workInWords } from '#app/_ui/actions/work-words.ts'
import { Section } from '#app/_ui/section.tsx'
import { StatusIcon } from '#app/_ui/status-mark.tsx'
import { Time } from '#app/_ui/time.tsx'
import type { WorkView } from '#lib/queries/shared/work.ts'

/** Announced work and pauses beside the incidents: what, from when until when, why. */
export function AnnouncedWork({ work }: { work: readonly WorkView[] }) {
  if (work.length === 0) return null
  return (
    <Section title="Announced work and pauses">
      <ul className="attention mt-0">
        {work.map((each) => (
          <li key={each.id}>
            <span className="status t-maintenance">
              <StatusIcon status="maintenance" />
              {each.isAhead ? 'Announced' : workInWords(each)}
            </span>
            <p>
              <WorkSubject subject={each.subject} />
              <br />
              {each.isAhead ? 'From' : 'Since'} <Time at={each.from} form="long" />
              {each.until === null ? ', until somebody ends it' : ' until '}
              {each.until !== null && <Time at={each.until} form="long" />}
              {each.note !== null && (
                <>
                  : <span dir="auto">{each.note}</span>
                </>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Section>
  )
}
