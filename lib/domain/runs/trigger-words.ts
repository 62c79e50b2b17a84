import { zoneCity } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { bytesInWords, type RunHours, valuesInWords, type WantedValues } from './trigger-conditions.ts'
import type { FlowTrigger } from './triggers.ts'

/**
 * What asks for runs of a flow beside its schedule: `when a file lands in shop/incoming, or when somebody pushes; at most one run at a time, after 2 min of
 * quiet`; '' when nothing does.
 */
export function triggersInWords(on: readonly FlowTrigger[], debounceMs: number, hours: RunHours | null = null): string {
  if (on.length === 0) return ''
  const quiet = debounceMs === 0 ? '' : `, after ${formatDuration(debounceMs)} of quiet`
  return `${on.map(triggerInWords).join(', or ')}; at most one run at a time${quiet}${hours === null ? '' : `, ${hoursInWords(hours)}`}`
}

const NAMES = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** `on Monday to Friday from 06:00 to 22:00, Berlin time`. */
function hoursInWords({ days, from, to, zone }: RunHours): string {
  const [first = 1, last = first] = [days[0], days.at(-1)]
  const name = (day: number) => NAMES[day - 1] ?? ''
  const isRange = days.length > 2 && last - first === days.length - 1
  const which = days.length === 7 ? '' : ` on ${isRange ? `${name(first)} to ${name(last)}` : listInWords(days.map(name))}`
  const times = from === to ? '' : ` from ${from} to ${to}`
  return `begun only${which}${times}, ${zoneCity(zone)} time`
}

function triggerInWords(trigger: FlowTrigger): string {
  if (trigger.kind === 'file') return fileInWords(trigger)
  if (trigger.kind === 'message') return `for each message in the queue of ${trigger.source}${whose(trigger.where)}`
  if (trigger.kind === 'push')
    return trigger.where === undefined ? 'when somebody pushes' : `when somebody pushes something${whose(trigger.where)}`
  return trigger.feeds.length === 1
    ? `once a day, when ${trigger.feeds[0]} is of today`
    : `once a day, when ${listInWords(trigger.feeds)} are all of today`
}

function whose(where: WantedValues | undefined): string {
  return where === undefined ? '' : ` whose ${valuesInWords(where)}`
}

function fileInWords({ source, place, match, by, everyMs, ...bytes }: Extract<FlowTrigger, { kind: 'file' }>): string {
  const where = place === '' ? source : `${source}/${place}`
  const size = bytesInWords(bytes) === '' ? '' : ` of ${bytesInWords(bytes)}`
  const file = `a file${match === null ? '' : ` ${match}`}${size} lands in ${where}`
  if (by === 'push') return `when somebody pushes that ${file}`
  return by === 'queue' ? `when ${file}, as its queue tells` : `when ${file}, which is looked at every ${formatDuration(everyMs)}`
}
