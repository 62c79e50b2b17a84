import { DURATION_MAX_MS } from '#lib/domain/time/duration.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'

const UNITS: readonly [RegExp, number][] = [
  [/^(s|secs?|seconds?)$/i, SECOND_MS],
  [/^(m|mins?|minutes?)$/i, MINUTE_MS],
  [/^(h|hrs?|hours?)$/i, HOUR_MS],
  [/^(d|days?)$/i, DAY_MS],
  [/^(w|wks?|weeks?)$/i, 7 * DAY_MS],
  [/^(mo|mons?|mths?|months?)$/i, 30 * DAY_MS],
  [/^(y|yrs?|years?)$/i, 365 * DAY_MS],
]
const ISO = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i
const ISO_MS = [365 * DAY_MS, 30 * DAY_MS, 7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS]

/** How long a service level is, by its value and unit as the standard has them: days where no unit stands; null: nobody can tell. */
export function levelDuration(value: string, unit: string | null): number | null {
  const [, count, written] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(value) ?? []
  const ms = count === undefined ? isoDuration(value) : inUnit(Number(count), written || unit || 'd')
  return ms !== null && ms >= SECOND_MS && ms <= DURATION_MAX_MS ? Math.round(ms / SECOND_MS) * SECOND_MS : null
}

function inUnit(count: number, unit: string): number | null {
  const unitMs = UNITS.find(([pattern]) => pattern.test(unit))?.[1]
  return unitMs === undefined ? null : count * unitMs
}

function isoDuration(value: string): number | null {
  const parts = ISO.exec(value)?.slice(1)
  return parts === undefined ? null : parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (ISO_MS[at] ?? 0), 0)
}
