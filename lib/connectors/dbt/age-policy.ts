import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { SourceFreshness, Threshold } from './artifacts/node.ts'

const PERIOD_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS }
const UNITS: readonly (readonly [string, number])[] = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
]
/** Where dbt only ever warns: longer than anybody waits. */
const NEVER_MS = 36_500 * DAY_MS

const msOf = ({ count, period }: Threshold) => Math.max(SECOND_MS, Math.round((count * PERIOD_MS[period]) / SECOND_MS) * SECOND_MS)
const inWords = ({ count, period }: Threshold) => `${count} ${period}${count === 1 ? '' : 's'}`

function written(ms: number): string {
  let left = ms
  return UNITS.map(([unit, unitMs]) => {
    const count = Math.floor(left / unitMs)
    left -= count * unitMs
    return count === 0 ? '' : `${count}${unit}`
  }).join('')
}

/**
 * dbt's `warn_after` and `error_after` as a promise about the age of a clock. dbt asks for the error first: where it has no warning, or one that comes later, late lasts a
 * second; where it only warns, nothing is ever stale.
 */
export function proposeAge(
  freshness: SourceFreshness,
  clock: 'dataThroughAt' | 'writtenAt',
): { input: Record<string, unknown>; because: string } | null {
  const { warnAfter, errorAfter, filter } = freshness
  const staleMs = errorAfter === null ? NEVER_MS : Math.max(2 * SECOND_MS, msOf(errorAfter))
  if (warnAfter === null && errorAfter === null) return null
  const lateMs = Math.min(warnAfter === null ? NEVER_MS : msOf(warnAfter), staleMs - SECOND_MS)
  const words = [
    warnAfter === null ? null : `warns after ${inWords(warnAfter)}`,
    errorAfter === null ? 'never fails' : `fails after ${inWords(errorAfter)}`,
  ].filter((part) => part !== null)
  const only = filter === null ? '' : `, of rows where ${filter}`
  return {
    input: { kind: 'age', lateAfter: written(lateMs), staleAfter: written(staleMs), clock },
    because: `dbt ${words.join(' and ')}${only}`,
  }
}
