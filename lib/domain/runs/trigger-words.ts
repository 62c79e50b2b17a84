import { formatDuration } from '#lib/domain/wording/durations.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import type { FlowTrigger } from './triggers.ts'

/**
 * What asks for runs of a flow beside its schedule: `when a file lands in shop/incoming, or when somebody pushes; at most one run at a time, after 2 min of
 * quiet`; '' when nothing does.
 */
export function triggersInWords(on: readonly FlowTrigger[], debounceMs: number): string {
  if (on.length === 0) return ''
  const quiet = debounceMs === 0 ? '' : `, after ${formatDuration(debounceMs)} of quiet`
  return `${on.map(triggerInWords).join(', or ')}; at most one run at a time${quiet}`
}

function triggerInWords(trigger: FlowTrigger): string {
  if (trigger.kind === 'file') return fileInWords(trigger)
  if (trigger.kind === 'message') return `for each message in the queue of ${trigger.source}`
  if (trigger.kind === 'push') return 'when somebody pushes'
  return trigger.feeds.length === 1
    ? `once a day, when ${trigger.feeds[0]} is of today`
    : `once a day, when ${listInWords(trigger.feeds)} are all of today`
}

function fileInWords({ source, place, match, by, everyMs }: Extract<FlowTrigger, { kind: 'file' }>): string {
  const where = place === '' ? source : `${source}/${place}`
  const file = match === null ? `a file lands in ${where}` : `a file ${match} lands in ${where}`
  if (by === 'push') return `when somebody pushes that ${file}`
  return by === 'queue' ? `when ${file}, as its queue tells` : `when ${file}, which is looked at every ${formatDuration(everyMs)}`
}
