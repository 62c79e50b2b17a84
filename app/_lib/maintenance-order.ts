import { adminPartPath, subjectPath } from '#app/_ui/paths.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { type AnnouncedWork, readAnnouncedWork } from '#lib/domain/freshness/announced-work.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Announced, announcedIn } from '#lib/queries/api/order-bodies.ts'
import type { ActionFields } from './accept-action.ts'
import { refuse } from './respond.ts'

/** The page to go on with: where the form stood, or that of what it is about. */
export function afterMaintenance({ back }: ActionFields, subject: WindowSubject | null): string {
  return subject === null || back === 'admin' ? adminPartPath('maintenance') : subjectPath(subject)
}

/** When it is, by the clocks of `zone`; refused with everything that is wrong. */
export function readWork(fields: ActionFields, zone: string, now: Instant): AnnouncedWork {
  const work = readAnnouncedWork(fields, zone, now)
  if ('problems' in work) throw refuse(work.problems.join(' '))
  return work
}

/** Which window or series an order is about, as its body says. */
export function requireAnnounced(body: Parameters<typeof announcedIn>[0]): Announced {
  const announced = announcedIn(body)
  if (announced === null) throw refuse('Say which: window or series is its number.')
  return announced
}
