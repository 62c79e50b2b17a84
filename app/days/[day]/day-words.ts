import { counted } from '#lib/domain/wording/numbers.ts'
import { pastCauseInWords } from '#lib/domain/wording/past-cause-words.ts'
import type { DayArrivals, DayDue } from '#lib/queries/days/day-arrivals.ts'
import type { DayCause } from '#lib/queries/days/day-causes.ts'
import type { DayPageFeed, DayStory } from '#lib/queries/days/day-page.ts'

/** How a day was, in a sentence: `6 of 41 feeds were not always fresh, all because of one thing: sap did not answer.` */
export function dayVerdict({ feeds, causes }: Pick<DayStory, 'feeds' | 'causes'>, isToday: boolean): string {
  const judged = feeds.filter(({ worst }) => worst !== null)
  const troubled = judged.filter(({ troubles }) => troubles.length > 0)
  const soFar = isToday ? ' so far today' : ''
  if (judged.length === 0) return `Nothing was promised${soFar || ' that day'}.`
  if (troubled.length === 0) {
    const all = judged.length === 1 ? 'The one feed was' : `All ${counted(judged.length, 'feed')} were`
    const hadWork = judged.some(({ worst }) => worst === 'maintenance')
    return `${all} fresh${hadWork ? `${soFar}, apart from announced work and pauses` : soFar || ' all day'}.`
  }
  const some = `${troubled.length} of ${counted(judged.length, 'feed')} ${troubled.length === 1 ? 'was' : 'were'} not always fresh`
  return `${some}${soFar}${whyInWords(causes, troubled)}.`
}

function whyInWords(causes: readonly DayCause[], troubled: readonly Pick<DayPageFeed, 'id'>[]): string {
  const [first] = causes
  if (first === undefined) return ''
  if (causes.length > 1) return `, because of ${causes.length} things`
  const isAll = troubled.every(({ id }) => first.held.some((held) => held.id === id))
  if (isAll && troubled.length > 1) return `, all because of one thing: ${pastCauseInWords(first)}`
  return `: ${pastCauseInWords(first)}`
}

/** What was due and came: `1 of 1 delivery came, 6 h 5 min late, 09:05`; null where nothing was due, or the day is not over. */
export function dueInWords(due: DayDue | null): string | null {
  if (due === null) return null
  const came = Math.max(0, due.expected - due.missed)
  const more = due.cameLate - due.late.length
  return [
    `${came} of ${due.expected === 1 ? '1 delivery' : `${due.expected} deliveries`} came`,
    ...due.late,
    ...(more > 0 ? [`${more} more late`] : []),
  ].join('; ')
}

/** Whether something came once, or often, in a day. */
export function isOnce({ firstAt, lastAt, count }: DayArrivals): boolean {
  return count === 1 || firstAt === lastAt
}
