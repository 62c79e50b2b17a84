import { Time } from '#app/_ui/time.tsx'
import type { DayStory } from '#lib/queries/days/day-page.ts'

/** An instant of a day by its time alone; its end is 24:00. */
export function DayTime({ at, story }: { at: number; story: Pick<DayStory, 'end' | 'passed'> }) {
  if (at === story.end) return <time dateTime={story.passed.day}>24:00</time>
  return <Time at={at} form={at < story.passed.start || at > story.end ? 'long' : 'minute'} />
}

/** From when until when, as `02:00–09:12`; what goes on has no end. */
export function DayStretch({ from, to, story }: { from: number; to: number; story: Pick<DayStory, 'end' | 'passed'> }) {
  if (from === story.passed.start && to === story.end) return <>all day</>
  const goesOn = to === story.passed.until && to < story.end
  return (
    <span className="whitespace-nowrap">
      {goesOn && 'since '}
      <DayTime at={from} story={story} />
      {!goesOn && (
        <>
          –<DayTime at={to} story={story} />
        </>
      )}
    </span>
  )
}
