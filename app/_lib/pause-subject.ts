import { assetPath, feedPath, flowPath, groupPath } from '#app/_ui/paths.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { readBegin } from '#lib/domain/freshness/announced-begin.ts'
import { parseDuration } from '#lib/domain/time/duration.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import type { ActionFields } from './accept-action.ts'
import { refuse } from './respond.ts'

const PATHS = { group: groupPath, feed: feedPath, asset: assetPath, flow: flowPath }
const KINDS = ['group', 'feed', 'asset', 'flow'] as const
const KEY_MAX = 600

/** What an order to pause is about, with its page: `subject` is `flow:course`, `feed:terms`, … */
export function readPauseSubject({ subject }: ActionFields): WindowSubject & { location: string } {
  const text = typeof subject === 'string' ? subject : ''
  const kind = KINDS.find((each) => text.startsWith(`${each}:`))
  const key = kind === undefined ? '' : text.slice(kind.length + 1)
  if (kind === undefined || key === '' || key.length > KEY_MAX)
    throw refuse('Say what to pause: subject is flow:<name>, feed:<key>, group:<key> or asset:<key>.')
  return { kind, key, location: PATHS[kind](key) }
}

const LENGTH_MAX_MS = 366 * 86_400_000

/** How long, in milliseconds; null: until somebody ends it. */
export function readPauseLength({ for: written }: ActionFields): number | null {
  if (written === undefined || written === null || written === '') return null
  const ms = typeof written === 'string' ? parseDuration(written) : null
  if (ms === null || ms === 0) throw refuse('“for” is not a duration. Write one such as 45m, 2h or 1d.')
  if (ms > LENGTH_MAX_MS) throw refuse(`A pause lasts at most ${formatDuration(LENGTH_MAX_MS)}, or until somebody ends it.`)
  return ms
}

/** When it begins, as the clocks of the page show it; null: now. */
export function readPauseBegin({ from }: ActionFields, zone: string, now: Instant): Instant | null {
  if (from === undefined || from === null || from === '') return null
  const begin = readBegin(typeof from === 'string' ? from : JSON.stringify(from), zone, now)
  if (typeof begin !== 'number') throw refuse(begin.problem)
  return begin
}

/** Why, or null. */
export function readPauseNote({ note }: ActionFields): string | null {
  if (note === undefined || note === null) return null
  if (typeof note !== 'string') throw refuse('“note” is a text.')
  return note.trim() || null
}
