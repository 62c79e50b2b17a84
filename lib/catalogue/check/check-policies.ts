import { textAt, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { calendarSchema, PROBE_EVERY_MS } from '#lib/catalogue/schema/document.ts'
import { toCalendar } from '#lib/catalogue/schema/written-policy.ts'
import { isValidCron, nextTick } from '#lib/domain/time/cron.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { type Finding, wrongValue } from './finding.ts'

/** Deadlines that can never come, because the calendar leaves out every day the cron line names. */
function checkDeadlines(outline: Outline): Finding[] {
  const calendars = new Map(outline.calendars.map(({ key, node }) => [key, calendarSchema.safeParse(toPlain(node)).data]))
  return outline.policies.flatMap((policy) => {
    const cron = textAt(policy, 'cron')
    const name = textAt(policy, 'calendar')
    const calendar = calendars.get(name ?? '')
    if (cron === undefined || calendar === undefined || !isValidCron(cron)) return []
    if (nextTick({ cron, zone: 'UTC', calendar: toCalendar(calendar) }, 0) !== null) return []
    const problem = `"${cron}" never falls on a day of the calendar "${name}".`
    return [wrongValue([...policy.path, 'cron'], problem, 'Correct the days of one of the two.')]
  })
}

/** Assets that would be unknown between any two looks, because we admit to be blind before the next look is due. */
function checkSight(outline: Outline): Finding[] {
  const connections = new Map(outline.connections.map(({ key, node }) => [key, node]))
  return outline.assets.flatMap(({ connection, path, node }) => {
    const blindAfterMs = parseDuration(textAt(node, 'blindAfter') ?? '')
    const looked = connections.get(connection ?? '')
    const probeMs = parseDuration(textAt(looked, 'probe') ?? '') ?? PROBE_EVERY_MS
    if (blindAfterMs === null || looked === undefined || blindAfterMs > probeMs) return []
    const problem = `"blindAfter" must be longer than the ${formatDuration(probeMs)} between two looks at "${connection}".`
    const remedy = 'Write a longer one, at best three times as long, or a shorter "probe" for the connection.'
    return [wrongValue([...path, 'blindAfter'], problem, remedy)]
  })
}

/** Promises that could not be kept or seen to be kept, whatever arrives. */
export function checkPolicies(outline: Outline): Finding[] {
  return [...checkDeadlines(outline), ...checkSight(outline)]
}
