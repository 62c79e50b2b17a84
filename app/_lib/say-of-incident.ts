import { incidentPath } from '#app/_ui/paths.ts'
import { actionOf, sayOfIncident } from '#lib/commands/incidents/say-of-incident.ts'
import type { Saying } from '#lib/domain/incidents/saying.ts'
import { type ActionFields, acceptAction } from './accept-action.ts'
import type { Context } from './web-process.ts'

/** The number of an incident, as an address holds it; one that names none is 0. */
export function incidentId(written: string): number {
  return /^[1-9]\d{0,8}$/.test(written) ? Number(written) : 0
}

/** Takes what somebody says of an incident, and leads to it: said twice, or by two, it stands once (`isNew` false). */
export async function acceptSaying(
  request: Request,
  params: Promise<{ incident: string }>,
  kind: Saying['kind'],
  read: (fields: ActionFields, ctx: Context) => Saying | Promise<Saying>,
): Promise<Response> {
  const { incident: written } = await params
  const order = { action: actionOf(kind), target: { kind: 'incident' as const, key: written } }
  return acceptAction(request, order, async (ctx, fields) => {
    const { incident, isNew } = await sayOfIncident(ctx, incidentId(written), await read(fields, ctx))
    return { location: incidentPath(incident), answer: { incident, isNew } }
  })
}
