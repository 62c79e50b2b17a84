import type { Instant } from '#lib/domain/time/instant.ts'
import { toShownText } from '#lib/domain/values/shown-text.ts'
import { longTime } from '#lib/domain/wording/dates.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { type JudgedKey, statusOfKey } from './judge-keys.ts'
import type { KeyPromise } from './key-promise.ts'

const NAMED_MAX = 3

/** Which keys have had nothing new, since when, and how the others stand: `Sony: nothing since 30 Nov 04:10, Steam fine`. */
export function keysInWords(promise: KeyPromise, keys: readonly JudgedKey[], now: Instant): string {
  const broken = keys.filter((one) => statusOfKey(one, now) !== 'fresh').sort((a, b) => a.since - b.since)
  const fine = keys.filter((one) => !broken.includes(one)).map(({ key }) => toShownText(key))
  const named = broken.slice(0, NAMED_MAX).map((one) => `${toShownText(one.key)}: ${nothingSince(promise, one, now)}`)
  const more = broken.length > NAMED_MAX ? [`${broken.length - NAMED_MAX} more have nothing new`] : []
  return [...named, ...more, ...othersInWords(fine)].join('; ')
}

function nothingSince({ zone, withinMs }: KeyPromise, { newestAt }: JudgedKey, now: Instant): string {
  return newestAt === null ? `nothing in ${formatDuration(withinMs)}` : `nothing since ${longTime(newestAt, zone, now)}`
}

function othersInWords(fine: readonly string[]): string[] {
  if (fine.length === 0) return []
  return [fine.length > NAMED_MAX ? `the other ${fine.length} are fine` : `${listInWords(fine)} fine`]
}

/** The promise as people say it, without a full stop: `something of each shop every day`. */
export function keyPromiseInWords({ column, of, eachMs, staleMs }: KeyPromise): string {
  const which =
    of === 'seen'
      ? `each ${column} that is seen`
      : `each ${column} of ${listInWords(of.slice(0, NAMED_MAX * 2))}${of.length > NAMED_MAX * 2 ? ' and others' : ''}`
  return `of ${which}, the newest row never older than ${formatDuration(eachMs, 4)}; stale after ${formatDuration(staleMs, 4)}`
}
