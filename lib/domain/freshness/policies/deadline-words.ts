import { nextTick } from '#lib/domain/time/cron.ts'
import { DAY_MS, type Instant, ORDINARY_MONDAY } from '#lib/domain/time/instant.ts'
import { timeOfDay } from '#lib/domain/time/local-day.ts'
import { dayNumberAt } from '#lib/domain/time/zone.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { contentOf, leastGapMs, opensAt } from './deadline-windows.ts'
import type { DeadlinePolicy } from './policy.ts'

const SAMPLE_FROM: Instant = ORDINARY_MONDAY + 7 * DAY_MS
const SAMPLE_SIZE = 40
const SHARED_MAX = 5000

const known = new WeakMap<DeadlinePolicy, string>()
const shared = new Map<string, string>()

/** From when on something counts for a tick, as people say it: `what comes from 01:00 on`. */
export function countingInWords(policy: DeadlinePolicy): string {
  const words = known.get(policy) ?? sharedWords(policy)
  known.set(policy, words)
  return words
}

function sharedWords(policy: DeadlinePolicy): string {
  const key = `${policy.clock} ${contentOf(policy)}`
  const words = shared.get(key) ?? workOut(policy)
  if (shared.size >= SHARED_MAX) shared.clear()
  shared.set(key, words)
  return words
}

function workOut(policy: DeadlinePolicy): string {
  if (policy.opensBeforeMs !== null) return `what comes from ${formatDuration(policy.opensBeforeMs, 4)} before on`
  const areDaysApart = leastGapMs(policy.cron) >= DAY_MS
  if (policy.clock === 'dataThroughAt' && areDaysApart) return 'data of the day before or newer'
  const [usual = '', rare = '', more] = byFrequency(sample(policy).map((tick) => (areDaysApart ? onTheClock : ahead)(policy, tick)))
  if (usual === '') return 'what comes from then on'
  const afterGap = areDaysApart && rare !== '' && more === undefined ? `, after a longer gap from ${rare} on` : ''
  return `what comes from ${usual} on${afterGap}`
}

function sample(policy: DeadlinePolicy): Instant[] {
  const ticks: Instant[] = []
  for (let tick = nextTick(policy, SAMPLE_FROM); tick !== null && ticks.length < SAMPLE_SIZE; tick = nextTick(policy, tick))
    ticks.push(tick)
  return ticks
}

/** `22:00 the day before`; nothing when the window opens with the tick. */
function onTheClock(policy: DeadlinePolicy, tick: Instant): string {
  const opens = opensAt(policy, tick, policy.clock ?? 'loadedAt')
  if (opens >= tick) return ''
  const days = dayNumberAt(tick, policy.zone) - dayNumberAt(opens, policy.zone)
  const time = timeOfDay(opens, policy.zone)
  if (days === 0) return time
  return days === 1 ? `${time} the day before` : `${time} ${days} days before`
}

/** `30 min before`; nothing when the window opens with the tick. */
function ahead(policy: DeadlinePolicy, tick: Instant): string {
  const opens = opensAt(policy, tick, policy.clock ?? 'loadedAt')
  return opens >= tick ? '' : `${formatDuration(tick - opens, 4)} before`
}

function byFrequency(texts: readonly string[]): string[] {
  const counted = [...Map.groupBy(texts, (text) => text)].sort(([, a], [, b]) => b.length - a.length)
  return counted.map(([text]) => text)
}
