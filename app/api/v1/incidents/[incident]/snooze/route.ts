import { readBody } from '#app/_api/read-question.ts'
import { refuse } from '#app/_lib/respond.ts'
import { acceptSaying } from '#app/_lib/say-of-incident.ts'
import { readSnoozeEnd } from '#lib/domain/incidents/saying.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { snoozeBody } from '#lib/queries/api/incident-bodies.ts'
import { getPageZone } from '#lib/queries/shared/page-settings.ts'

/** Says until when nobody is to be reminded: `{ for: "4h" }` or `{ until: "2026-12-01T08:00" }`; with neither the snooze ends. */
export function POST(request: Request, { params }: { params: Promise<{ incident: string }> }): Promise<Response> {
  return acceptSaying(request, params, 'snoozed', async (fields, ctx) => {
    const { for: lengthMs, until } = readBody(fields, snoozeBody)
    if (until) return { kind: 'snoozed', until: readUntil(until, await getPageZone(ctx)) }
    return { kind: 'snoozed', until: lengthMs === null ? null : ctx.clock.now() + lengthMs }
  })
}

/** When it ends, as the clocks of the page show it. */
function readUntil(written: string, zone: string): Instant {
  const end = readSnoozeEnd(written, zone)
  if (typeof end !== 'number') throw refuse(end.problem)
  return end
}
