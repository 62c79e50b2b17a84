import type { FlowHealth } from '#lib/domain/runs/flow-health.ts'
import { triggersInWords } from '#lib/domain/runs/trigger-words.ts'
import { cronInWords } from '#lib/domain/time/cron-in-words.ts'
import { zoneCity } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { FlowFilter, FlowsPage } from '#lib/queries/pages/flows-page.ts'
import type { FlowCard } from '#lib/queries/runs/flow-cards.ts'

/** Words and icon of the health of a flow. */
export const HEALTHS: Record<FlowHealth, { icon: string; words: string }> = {
  running: { icon: 'running', words: 'Running' },
  failed: { icon: 'stale', words: 'Not completed' },
  partial: { icon: 'late', words: 'Partial' },
  paused: { icon: 'maintenance', words: 'Paused' },
  never: { icon: 'none', words: 'Never ran' },
  completed: { icon: 'fresh', words: 'Completed' },
}

/** `every day at 04:20, New York time`; with what else asks for it. */
export function scheduleInWords({
  cron,
  zone,
  on,
  debounceMs,
  when,
}: Pick<FlowCard, 'cron' | 'zone' | 'on' | 'debounceMs'> & Partial<Pick<FlowCard, 'when'>>): string {
  const schedule = cron === null || cron === '' ? [] : [`${cronInWords(cron)}, ${zoneCity(zone)} time`]
  const triggers = on.length === 0 ? [] : [triggersInWords(on, debounceMs, when)]
  const all = [...schedule, ...triggers]
  return all.length === 0 ? 'by hand only' : all.join(', and ')
}

/** `at most 1 h, 1 % of the rows put aside`. */
export function limitsInWords({ timeoutMs, rejectTolerance }: Pick<FlowCard, 'timeoutMs' | 'rejectTolerance'>): string {
  const time = timeoutMs === null ? [] : [formatDuration(timeoutMs)]
  const rows = rejectTolerance === null ? [] : [`${percent(rejectTolerance)} of the rows put aside`]
  const all = [...time, ...rows]
  return all.length === 0 ? '' : `at most ${all.join(', ')}`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}

const SHOWN = 4

/** The first columns by name, and how many more there are. */
export function columnsInWords(columns: readonly string[]): string {
  const more = columns.length - SHOWN
  return more > 1 ? `${columns.slice(0, SHOWN).join(', ')} and ${more} more` : columns.join(', ')
}

/** A list of flows in words: `30 flows for 15 groups`; filtered `2 of 30 flows: failed, in Student records, for “sap”`. */
export function flowsTitle(
  { shown, total, groupNames }: Pick<FlowsPage, 'shown' | 'total' | 'groupNames'>,
  { q, group, health }: FlowFilter,
): string {
  if (total === 0) return 'The catalogue names no flow yet.'
  const count = (n: number) => (n === 1 ? '1 flow' : `${formatCount(n)} flows`)
  const asked = [
    health === null ? '' : HEALTHS[health].words.toLowerCase(),
    group === null ? '' : `in ${groupNames.find(({ key }) => key === group)?.name ?? group}`,
    q === null ? '' : `for “${q}”`,
  ].filter((words) => words !== '')
  if (asked.length === 0 && groupNames.length === 0) return count(total)
  if (asked.length === 0) return `${count(total)} for ${groupNames.length === 1 ? '1 group' : `${groupNames.length} groups`}`
  return `${shown === 0 ? 'No flow is like that' : `${formatCount(shown)} of ${count(total)}`}: ${asked.join(', ')}`
}
