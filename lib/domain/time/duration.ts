import { z } from 'zod'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from './instant.ts'

const WRITTEN = /^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/
const WRITTEN_UNITS_MS = [7 * DAY_MS, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS]

/** Nothing is waited for, looked back at or kept any longer: sums of such, and instants that far away, can still be reckoned with. */
export const DURATION_MAX_MS = 36_500 * DAY_MS

/** Milliseconds of a written duration such as `45m`, `1h30m`, `2d`; null when it is not one. A day is 24 hours. */
export function parseDuration(text: string): number | null {
  const compact = text.replaceAll(' ', '')
  const match = compact === '' ? null : WRITTEN.exec(compact)
  if (match === null) return null
  const ms = WRITTEN_UNITS_MS.reduce((sum, unitMs, index) => sum + Number(match[index + 1] ?? 0) * unitMs, 0)
  return Number.isSafeInteger(ms) ? ms : null
}

/** A duration as people write it in the catalogue; parsed to milliseconds. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) !== null, 'is not a duration; write one such as 45m, 1h30m or 2d')
  .transform((text) => parseDuration(text) ?? 0)
  .refine((ms) => ms <= DURATION_MAX_MS, 'must be at most 36500d')
