import type { Instant } from '#lib/domain/time/instant.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
/** RFC 1123, RFC 850 with dashes, and asctime. */
const USUAL = /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{4}|\d{2})\s+(\d{2}):(\d{2}):(\d{2})(?:\s+(?:gmt|utc|z|\+0000))?$/i
const OF_C = /^[a-z]{3}\s+([a-z]{3})\s+(\d{1,2})\s+(\d{2}):(\d{2}):(\d{2})\s+(\d{4})$/i
const OF_ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$/i

/** The instant a header names, else null. Date.parse takes `-1` for a date in 2001. */
export function parseHttpDate(header: string | undefined): Instant | null {
  const text = header?.trim() ?? ''
  if (OF_ISO.test(text)) return orNull(Date.parse(text))
  const usual = USUAL.exec(text)
  if (usual !== null) return instantOf(usual[3], usual[2], usual[1], usual.slice(4, 7))
  const ofC = OF_C.exec(text)
  return ofC === null ? null : instantOf(ofC[6], ofC[1], ofC[2], ofC.slice(3, 6))
}

function instantOf(
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  [hours, minutes, seconds]: readonly (string | undefined)[],
): Instant | null {
  const index = MONTHS.indexOf((month ?? '').toLowerCase())
  const short = Number(year)
  const full = year?.length === 2 ? short + (short < 70 ? 2000 : 1900) : short
  return index < 0 ? null : orNull(Date.UTC(full, index, Number(day), Number(hours), Number(minutes), Number(seconds)))
}

function orNull(instant: number): Instant | null {
  return Number.isNaN(instant) ? null : instant
}
