import { childOf, type LocatedNode, textOf, toPlain } from '#lib/catalogue/parse/node.ts'
import type { Outline } from '#lib/catalogue/parse/outline.ts'
import { calendarSchema, PROBE_EVERY_MS } from '#lib/catalogue/schema/document.ts'
import { toCalendar } from '#lib/catalogue/schema/written-policy.ts'
import type { BusinessCalendar } from '#lib/domain/time/business-calendar.ts'
import { isValidCron, nextTick } from '#lib/domain/time/cron.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { Finding } from './issues.ts'

function readCalendars(outline: Outline): Map<string, BusinessCalendar> {
  return new Map(
    outline.calendars.flatMap(({ key, node }) => {
      const { data } = calendarSchema.safeParse(toPlain(node))
      return data === undefined ? [] : [[key, toCalendar(data)] as const]
    }),
  )
}

/** Deadlines that can never come, because the calendar leaves out every day the cron line names. */
function checkDeadlines(outline: Outline): Finding[] {
  const calendars = readCalendars(outline)
  return outline.policies.flatMap(({ path, node }) => {
    const cron = textOf(childOf(node, 'cron'))
    const name = textOf(childOf(node, 'calendar'))
    const calendar = calendars.get(name ?? '')
    if (cron === undefined || calendar === undefined || !isValidCron(cron)) return []
    if (nextTick({ cron, zone: 'UTC', calendar }, 0) !== null) return []
    return [
      {
        path: [...path, 'cron'],
        problem: `"${cron}" never falls on a day of the calendar "${name}".`,
        remedy: 'Correct the days of one of the two.',
      },
    ]
  })
}

function durationAt(node: LocatedNode | undefined, key: string): number | null {
  const text = textOf(childOf(node, key))
  return text === undefined ? null : parseDuration(text)
}

/** Assets that would be unknown between any two looks, because we admit to be blind before the next look is due. */
function checkSight(outline: Outline): Finding[] {
  const connections = new Map(outline.connections.map(({ key, node }) => [key, node]))
  return outline.assets.flatMap(({ connection, path, node }) => {
    const blindAfterMs = durationAt(node, 'blindAfter')
    const probeMs = durationAt(connections.get(connection ?? ''), 'probe') ?? PROBE_EVERY_MS
    if (blindAfterMs === null || !connections.has(connection ?? '') || blindAfterMs > probeMs) return []
    const problem = `"blindAfter" must be longer than the ${formatDuration(probeMs)} between two looks at "${connection}".`
    return [
      {
        path: [...path, 'blindAfter'],
        problem,
        remedy: 'Write a longer one, at best three times as long, or a shorter "probe" for the connection.',
      },
    ]
  })
}

/** Promises that could not be kept or seen to be kept, whatever arrives. */
export function checkPolicies(outline: Outline): Finding[] {
  return [...checkDeadlines(outline), ...checkSight(outline)]
}
