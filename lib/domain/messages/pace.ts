import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { nextOfTimes, quietUntil } from './quiet-hours.ts'
import type { Route } from './route.ts'

/** So long after a message its receiver gets no other: what happens meanwhile is told together, or is over by then. */
export const GATHER_MS = 2 * MINUTE_MS

/** What holds a message back. */
export const HOLDS = ['gather', 'digest', 'quiet', 'budget'] as const
export type Hold = (typeof HOLDS)[number]

/** What a receiver has been told lately, and how much it may be told. */
export interface Pace {
  lastSentAt: Instant | null
  sentToday: number
  /** Messages a day; null: any number. */
  budget: number | null
  /** When the day ends that `sentToday` counts. */
  tomorrowAt: Instant
}

/** Something to tell: when it happened, before when it is not to be told, and by which route. */
interface ToTell {
  happenedAt: Instant
  notBefore: Instant
  route: Pick<Route, 'zone' | 'quiet' | 'digest'> | null
}

/** When something may be told, and what of its receiver's pace holds it back till then; null: nothing of it. */
export function tellAt(
  now: Instant,
  { happenedAt, notBefore, route }: ToTell,
  { lastSentAt, sentToday, budget, tomorrowAt }: Pace,
): { at: Instant; hold: Hold | null } {
  const steps: [Hold, (at: Instant) => Instant][] = [
    ['gather', (at) => Math.max(at, lastSentAt === null ? at : lastSentAt + GATHER_MS)],
    ['budget', (at) => (budget !== null && sentToday >= budget && at < tomorrowAt ? tomorrowAt : at)],
    [
      'digest',
      (at) => (route === null || route.digest.length === 0 ? at : Math.max(at, nextOfTimes(happenedAt, route.digest, route.zone))),
    ],
    ['quiet', (at) => (route?.quiet ? (quietUntil(at, route.quiet, route.zone) ?? at) : at)],
  ]
  return steps.reduce<{ at: Instant; hold: Hold | null }>(
    (held, [hold, step]) => {
      const at = step(held.at)
      return at > held.at ? { at, hold } : held
    },
    { at: Math.max(now, notBefore), hold: null },
  )
}

/** Of what goes out together first what stands, then what is over, each as it happened. */
export function standingFirst<T extends { isOver: boolean; happenedAt: Instant }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => Number(a.isOver) - Number(b.isOver) || a.happenedAt - b.happenedAt)
}
