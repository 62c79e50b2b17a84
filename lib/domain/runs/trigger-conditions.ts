import { z } from 'zod'
import { weekdayOf } from '#lib/domain/time/business-calendar.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { addDays, atTimeOfDay, localDay, toDayNumber } from '#lib/domain/time/local-day.ts'
import { shortText } from '#lib/domain/values/short-text.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'

/** When runs may begin that something asks for: on these days (Monday is 1) from one time of day to another, of the next day where that is not later. */
export const runHoursSchema = z.object({ days: z.array(z.number()), from: z.string(), to: z.string(), zone: z.string() })
export type RunHours = z.infer<typeof runHoursSchema>

/** The first instant from `at` on that lies within the hours; they follow the clock on the wall. */
export function withinHours(at: Instant, hours: RunHours | null): Instant {
  if (hours === null) return at
  const { days, from, to, zone } = hours
  const today = localDay(at, zone)
  for (let n = -1; n <= 8; n += 1) {
    const day = addDays(today, n)
    const begin = atTimeOfDay(day, from, zone)
    const end = atTimeOfDay(to > from ? day : addDays(day, 1), to, zone)
    if (days.includes(weekdayOf(toDayNumber(day))) && at < end && begin < end) return Math.max(at, begin)
  }
  return at
}

/** How large a file has to be. */
export interface WantedBytes {
  leastBytes?: number | undefined
  mostBytes?: number | undefined
}

/** `1 kB and more`, `at most 5 GB`, `1 kB to 5 GB`; '' where any size will do. */
export function bytesInWords({ leastBytes, mostBytes }: WantedBytes): string {
  if (leastBytes === undefined) return mostBytes === undefined ? '' : `at most ${formatBytes(mostBytes)}`
  return mostBytes === undefined ? `${formatBytes(leastBytes)} and more` : `${formatBytes(leastBytes)} to ${formatBytes(mostBytes)}`
}

/** Why a file is not of the size that is wanted; null: it is, or nobody told how large it is. */
export function otherThanWantedBytes(wanted: WantedBytes, bytes: number | null): string | null {
  if (bytes === null) return null
  const isWanted = bytes >= (wanted.leastBytes ?? 0) && bytes <= (wanted.mostBytes ?? Infinity)
  return isWanted ? null : `It has ${formatBytes(bytes)}, and its flow takes files of ${bytesInWords(wanted)}.`
}

/** What a message or a push has to say: of each place in it, names with dots between, the values that will do. */
export const wantedValuesSchema = z.record(z.string(), z.array(z.string()))
export type WantedValues = z.infer<typeof wantedValuesSchema>

/** `"kind" is prices or posts, and "shop.id" is 7`; '' where anything will do. */
export function valuesInWords(wanted: WantedValues = {}): string {
  return listInWords(Object.entries(wanted).map(([place, values]) => `"${place}" is ${values.join(' or ')}`))
}

const VALUE_MAX = 100

/** Why something that came does not say what is wanted, by the first place; null: it does. */
export function otherThanWanted(wanted: WantedValues | undefined, body: unknown): string | null {
  for (const [place, values] of Object.entries(wanted ?? {})) {
    const value = valueAt(body, place.split('.'))
    const text = ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : null
    if (text === null) return `It has no "${place}", which has to be ${values.join(' or ')}.`
    if (!values.includes(text)) return `Its "${place}" is ${shortText(toShownText(text), VALUE_MAX)}, and not ${values.join(' or ')}.`
  }
  return null
}

function valueAt(body: unknown, names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined),
    body,
  )
}
