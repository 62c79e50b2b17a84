import type { Context } from '#lib/db/context.ts'
import { getAddressedPage } from '#lib/db/settings.ts'
import { getChangesBefore } from '#lib/queries/incidents/changes-before.ts'
import { getIncident } from '#lib/queries/incidents/incident.ts'
import { getIncidentPage } from '#lib/queries/incidents/incident-page.ts'
import { getIncidents } from '#lib/queries/incidents/incidents.ts'
import { getIncidentsOfConnections } from '#lib/queries/incidents/incidents-of-connections.ts'
import { getIncidentsOfRun } from '#lib/queries/incidents/incidents-of-run.ts'
import { getIncidentsPage } from '#lib/queries/incidents/incidents-page.ts'
import { getLinked } from '#lib/queries/incidents/linked.ts'
import { getOpenReports } from '#lib/queries/incidents/open-reports.ts'
import { getSaid } from '#lib/queries/incidents/said.ts'
import { getIncidentsOfCauses } from '#lib/queries/incidents/who-is-on.ts'
import { getIncidentEntries } from '#lib/queries/pages/atom-incidents.ts'
import type { Asked } from './catalogue-queries.ts'

/** Those of incidents; 21 is one that lies in both groups. */
export const INCIDENT_QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  getChangesBefore: (ctx, { assets, name }) =>
    getChangesBefore(
      ctx,
      { openedAt: ctx.clock.now() },
      assets.map((id) => ({ id })),
      [`connection:${name}-source`, `flow:${name}-flow`],
    ),
  getIncident: async (ctx, { group }) => {
    const found = await getIncident(ctx, group)
    return [found, [...(found?.causes ?? [])], [...(found?.incidents ?? [])]]
  },
  getIncidentEntries: async (ctx) => getIncidentEntries(ctx, await getAddressedPage(ctx), null, 100),
  getIncidentPage: async (ctx, { group }) => [await getIncidentPage(ctx, group), await getIncidentPage(ctx, 21)],
  getIncidents: (ctx) => getIncidents(ctx, { feed: null, before: null }, 'UTC'),
  getIncidentsOfCauses: async (ctx, { name }) => [...(await getIncidentsOfCauses(ctx, [`connection:${name}-source`]))],
  getIncidentsOfConnections: async (ctx) => [...(await getIncidentsOfConnections(ctx))],
  getIncidentsOfRun: (ctx, { name, run }) =>
    getIncidentsOfRun(ctx, { id: run, cause: `connection:${name}-source`, state: 'failed', scheduledFor: ctx.clock.now() }),
  getIncidentsPage: (ctx) => getIncidentsPage(ctx, { feed: null, before: null }),
  getLinked: (ctx, { name, run }) => getLinked(ctx, [{ at: 0, by: name, kind: 'linked', to: { kind: 'run', id: run } }]),
  getOpenReports: (ctx, { name }) => getOpenReports({ ...ctx, actor: { ...ctx.actor, role: 'engineer' } }, `${name}-feed`),
  getSaid: async (ctx, { group }) => [...(await getSaid(ctx, [group, 21]))],
}
