import type { CataloguePage } from '#lib/catalogue/catalogue.ts'
import type { Context } from '#lib/db/context.ts'
import { mayOrder } from '#lib/domain/access/actions.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Affected, type UpdateTemplate, updateTemplates } from '#lib/domain/wording/update-words.ts'
import { type CauseDetails, getCauseDetails } from '#lib/queries/days/cause-details.ts'
import { getIncident, type IncidentView } from '#lib/queries/incidents/incident.ts'
import { type CauseLine, getOutlook } from '#lib/queries/outlook/outlook.ts'
import { type Banner, getBanners } from '#lib/queries/shared/banners.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { getPageSettings } from '#lib/queries/shared/page-settings.ts'

export interface IncidentPage {
  page: CataloguePage
  now: Instant
  banners: Banner[]
  incident: IncidentView
  /** Why each of its roots is or was wrong, in their order. */
  why: CauseDetails[]
  /** Of one that goes on: what it comes down to now, with what is at risk, when it is good again and whom to ask; as on all other pages. */
  lines: CauseLine[]
  takesActions: boolean
  /** Texts to begin with, for who may write to everybody. */
  templates: UpdateTemplate[]
}

/** The screen of one incident; null for an id that names none, or one of which nothing is seen. */
export async function getIncidentPage(ctx: Context, id: number): Promise<IncidentPage | null> {
  const [page, incident] = await Promise.all([getPageSettings(ctx), getIncident(ctx, id)])
  if (page === null || incident === null) return null
  const now = ctx.clock.now()
  const [banners, why, lines] = await Promise.all([getBanners(ctx, page.demo), reasonsOf(ctx, incident, now), linesOf(ctx, incident)])
  const takesActions = mayOrder(ctx.actor)
  const templates = takesActions ? updateTemplates(toAffected(incident)) : []
  return { page, now, banners, incident, why, lines, takesActions, templates }
}

/** As each stands, or stood right before it was well. */
function reasonsOf(ctx: Context, { roots, members }: IncidentView, now: Instant): Promise<CauseDetails[]> {
  const heldIds = members.map((member) => member.id)
  return getCauseDetails(
    ctx,
    roots.map(({ cause, to }) => ({ cause: { key: cause, heldIds }, at: to === null ? now : to - 1 })),
  )
}

async function linesOf(ctx: Context, { id, endedAt, withdrawnAt, roots }: IncidentView): Promise<CauseLine[]> {
  if (endedAt !== null || withdrawnAt !== null) return []
  const { lines } = await getOutlook(ctx, await getFeedRows(ctx))
  const own = lines.flatMap((line) => (line.incident?.id === id ? [{ ...line, incident: null }] : []))
  // Only where they tell all of it: what is not seen, or holds nothing that is promised, has no line.
  return own.length < roots.length ? [] : own
}

function toAffected({ feeds, worst, roots, endedAt }: IncidentView): Affected {
  return { feeds: feeds.map(({ name }) => name), worst, causes: roots, hasEnded: endedAt !== null }
}
