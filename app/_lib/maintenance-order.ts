import { adminPartPath, assetPath, feedPath, groupPath } from '#app/_ui/paths.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { type AnnouncedWork, readAnnouncedWork } from '#lib/domain/freshness/announced-work.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { ActionFields } from './accept-action.ts'
import { refuse } from './respond.ts'

const PATHS = { group: groupPath, feed: feedPath, asset: assetPath }
const KINDS = ['group', 'feed', 'asset'] as const
const KEY_MAX = 600

/** What maintenance is about, `feed:terms` or `everything` (null), with the page to go on with. */
export function readMaintenanceSubject(fields: ActionFields): { subject: WindowSubject | null; location: string } {
  const text = typeof fields['subject'] === 'string' ? fields['subject'].trim() : ''
  if (text === 'everything') return { subject: null, location: adminPartPath('maintenance') }
  const kind = KINDS.find((each) => text.startsWith(`${each}:`))
  const key = kind === undefined ? '' : text.slice(kind.length + 1)
  if (kind === undefined || key === '' || key.length > KEY_MAX)
    throw refuse('Say what it is about: subject is feed:<key>, group:<key>, asset:<key> or everything.')
  return { subject: { kind, key }, location: fields['back'] === 'admin' ? adminPartPath('maintenance') : PATHS[kind](key) }
}

/** When it is, by the clocks of `zone`; refused with everything that is wrong. */
export function readWork(fields: ActionFields, zone: string, now: Instant): AnnouncedWork {
  const work = readAnnouncedWork(fields, zone, now)
  if ('problems' in work) throw refuse(work.problems.join(' '))
  return work
}

/** Which window or series an order is about. */
export function readAnnounced(fields: ActionFields): { windowId: number } | { seriesId: number } {
  const [window, series] = [readId(fields['window']), readId(fields['series'])]
  if (window !== null && series === null) return { windowId: window }
  if (series !== null && window === null) return { seriesId: series }
  throw refuse('Say which: window or series is its number.')
}

function readId(value: unknown): number | null {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null
}
