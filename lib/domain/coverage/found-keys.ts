import type { z } from 'zod'
import { KEYS_MAX, type keyPromiseSchema, resolveKeyPromise } from '#lib/domain/coverage/key-promise.ts'
import type { SeenKeys } from '#lib/domain/coverage/key-reading.ts'
import { type Instant, isFuture } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'

/** Longer values are no keys: a statement asks for one character more. */
export const KEY_LENGTH_MAX = 200

export type WrittenKeys = z.output<typeof keyPromiseSchema>

/** A value of the key column as a statement found it, and its newest row; null: that reads as no time. */
export interface FoundKey {
  key: string
  time: { at: Instant; precision: 'instant' | 'day' } | null
}

/** A column that holds no time. */
export const NO_TIMES = 'Its keys can be judged by a column of times or dates only.'

/** What a look found of the keys of a table by the column that feeds `clock`; or in words why that tells nothing. */
export function seenKeys(expect: WrittenKeys, clock: string, found: readonly FoundKey[], now: Instant): SeenKeys | string {
  if (found.length > KEYS_MAX) {
    const within = formatDuration(resolveKeyPromise(expect, 'UTC').withinMs)
    return `Its column ${expect.key} holds more than ${KEYS_MAX} values within ${within}. Name those that are expected: of: […].`
  }
  if (found.some(({ key }) => key.length > KEY_LENGTH_MAX))
    return `Its column ${expect.key} holds values of more than ${KEY_LENGTH_MAX} characters: they are no keys.`
  return {
    column: expect.key,
    eachMs: expect.each,
    isWritten: clock !== 'dataThroughAt',
    expected: expect.of === 'seen' ? null : expect.of,
    // A day reads as its end: today's lies ahead, and is the newest all the same.
    found: found.flatMap(({ key, time }) =>
      time === null || (time.precision === 'instant' && isFuture(time.at, now)) ? [] : [{ key, at: time.at }],
    ),
  }
}
