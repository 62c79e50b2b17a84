import type { Context } from '#lib/db/context.ts'
import { getFeedGate } from '#lib/queries/api/feed-gate.ts'
import { getApiPage, getListMark, markOfFound, markOfSubjects, readWhole } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { CATALOGUE_LIST } from '#lib/queries/api/list-catalogue.ts'
import { CHANGE_LIST } from '#lib/queries/api/list-changes.ts'
import { CONNECTION_LIST } from '#lib/queries/api/list-connections.ts'
import { FEED_LIST } from '#lib/queries/api/list-feeds.ts'
import { GROUP_LIST } from '#lib/queries/api/list-groups.ts'
import { INCIDENT_LIST } from '#lib/queries/api/list-incidents.ts'
import { LINEAGE_LIST } from '#lib/queries/api/list-lineage.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { getChangeSequence, getChangesAfter, getLastChange } from '#lib/queries/changes/change-sequence.ts'
import { getPageSight, getTouchedAssets } from '#lib/queries/changes/page-sight.ts'
import { findAsOf } from '#lib/queries/embeds/as-of.ts'
import { findCause } from '#lib/queries/embeds/cause.ts'
import { getEmbed } from '#lib/queries/embeds/embed.ts'
import { getEmbedPage } from '#lib/queries/embeds/embed-page.ts'
import { atomFeed } from '#lib/queries/pages/atom-feed.ts'
import { getWorkEntries } from '#lib/queries/pages/atom-work.ts'
import { getAuditPage, streamAudit, WHOLE_AUDIT } from '#lib/queries/pages/audit-page.ts'
import { compareVersions, getCatalogueAdminPage } from '#lib/queries/pages/catalogue-page.ts'
import { getConnections, getConnectionsPage } from '#lib/queries/pages/connections-page.ts'
import { getExternalRunPage } from '#lib/queries/pages/external-run-page.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { getFlowsPage } from '#lib/queries/pages/flows-page.ts'
import { getFoundCounts, getFoundPage } from '#lib/queries/pages/found-page.ts'
import { getGroupPage } from '#lib/queries/pages/group-page.ts'
import { getHealth } from '#lib/queries/pages/health.ts'
import { getLineagePage } from '#lib/queries/pages/lineage-page.ts'
import { getLineageStart } from '#lib/queries/pages/lineage-start.ts'
import { getMaintenanceForm } from '#lib/queries/pages/maintenance-form.ts'
import { getMaintenancePage } from '#lib/queries/pages/maintenance-page.ts'
import { getPeoplePage } from '#lib/queries/pages/people-page.ts'
import { getRunPage } from '#lib/queries/pages/run-page.ts'
import { getRunsPage } from '#lib/queries/pages/runs-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { getSubjectBars, getSubjectDays } from '#lib/queries/pages/subject-bars.ts'
import { getSystemPage } from '#lib/queries/pages/system-page.ts'
import { getRecentExternalRuns } from '#lib/queries/runs/external-run-rows.ts'
import { findRun, findRunToReplay, listRunsUnderWay } from '#lib/queries/runs/find-run.ts'
import { getFlowCards } from '#lib/queries/runs/flow-cards.ts'
import { getFlowParameters } from '#lib/queries/runs/flow-parameters.ts'
import { getReloadForm } from '#lib/queries/runs/reload-form.ts'
import { getOrder, getOrdersOfRun, getReload } from '#lib/queries/runs/reload-order.ts'
import { getReplayable } from '#lib/queries/runs/replayable.ts'
import { getRunList } from '#lib/queries/runs/run-list.ts'
import { getRunLog, hasRun, WHOLE_LOG } from '#lib/queries/runs/run-log.ts'
import { getRunRejections } from '#lib/queries/runs/run-rejections.ts'
import { getRecentRuns } from '#lib/queries/runs/run-rows.ts'
import { getRunView } from '#lib/queries/runs/run-view.ts'
import { getWriters } from '#lib/queries/runs/writers.ts'
import { getAdminFrame } from '#lib/queries/shared/admin-frame.ts'
import { getAssetsByIds, getAssetsOfFeed, getEdgesOf, getUnseenNeighbours } from '#lib/queries/shared/asset-rows.ts'
import { getBanners } from '#lib/queries/shared/banners.ts'
import { getBars } from '#lib/queries/shared/bars.ts'
import { getChangeRows } from '#lib/queries/shared/change-rows.ts'
import { getClockLines } from '#lib/queries/shared/clock-lines.ts'
import { getDayRows } from '#lib/queries/shared/day-rows.ts'
import { getDayWindow } from '#lib/queries/shared/day-window.ts'
import { getFeedRows } from '#lib/queries/shared/feed-rows.ts'
import { getOpenDays } from '#lib/queries/shared/open-days.ts'
import { getOpenDeliveries } from '#lib/queries/shared/open-deliveries.ts'
import { getPageAccess } from '#lib/queries/shared/page-access.ts'
import { getPageSettings, getPageZone } from '#lib/queries/shared/page-settings.ts'
import { findRenamed } from '#lib/queries/shared/renamed.ts'
import { getSeries } from '#lib/queries/shared/series.ts'
import { getStandingEdges } from '#lib/queries/shared/standings.ts'
import { getWork } from '#lib/queries/shared/work.ts'
import { type Asked, CATALOGUE_QUERIES, NAMELESS_MARKS } from './catalogue-queries.ts'
import { CAUSE_QUERIES, NAMELESS_CAUSES } from './cause-queries.ts'
import { DAY_QUERIES, NAMELESS_DAYS } from './day-queries.ts'
import { INBOX_QUERIES } from './inbox-queries.ts'
import { INCIDENT_QUERIES } from './incident-queries.ts'

export type { Asked } from './catalogue-queries.ts'

const ZONE = { zone: 'UTC', readyBy: '08:00' }

const idOf = async ({ whole }: Context, thing: string, name: string) =>
  (await whole.query<{ id: string }>(`select id::text from ${thing} = $1`, [name])).rows[0]?.id ?? ''
const orderOf = (ctx: Context, name: string) => idOf(ctx, 'reload_order where ordered_by', name)
const windowOf = (ctx: Context) => getDayWindow(ctx, ZONE)

/** Every query there is, by its name; `anything` stands for those that tell nobody's names. */
export const QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  ...CATALOGUE_QUERIES,
  ...CAUSE_QUERIES,
  ...INBOX_QUERIES,
  ...INCIDENT_QUERIES,
  ...DAY_QUERIES,
  atomFeed: async (ctx, { name }) => [await atomFeed(ctx), await atomFeed(ctx, { feedKey: `${name}-feed` })],
  compareVersions: (ctx) => compareVersions(ctx, null, 1),
  findAsOf: (ctx, { assets }) => findAsOf(ctx, assets),
  findCause: (ctx, { assets: [id = 0], group }) => {
    const late = { id, name: '', status: 'late', reason: 'overdue', since: 0, weakBy: null } as const
    const of = { kind: 'asset', key: '', groupId: group, brokenSince: null, aliveAt: null, lastSeenAt: null } as const
    return findCause(ctx, { ...late, name: 'x', ...of }, [late, late], ctx)
  },
  findRenamed: (ctx, { name }) => findRenamed(ctx, 'feed', `old-${name}`),
  findRun: (ctx, { run }) => findRun(ctx, run),
  findRunToReplay: (ctx, { name }) => findRunToReplay(ctx, `${name}-flow`),
  getAdminFrame: (ctx) => getAdminFrame(ctx),
  getApiPage: async (ctx) => [
    await getApiPage(ctx, FEED_LIST, {}),
    await getApiPage(ctx, ASSET_LIST, {}),
    await getApiPage(ctx, LINEAGE_LIST, {}),
    await getApiPage(ctx, RUN_LIST, {}),
    await getApiPage(ctx, CONNECTION_LIST, {}),
    await getApiPage(ctx, INCIDENT_LIST, {}),
    await getApiPage(ctx, CATALOGUE_LIST, {}),
    await getApiPage(ctx, CATALOGUE_LIST, { q: 'hidden', include: 'fields' }),
  ],
  getAssetsByIds: (ctx, { assets }) => getAssetsByIds(ctx, assets),
  getAssetsOfFeed: (ctx, { feed }) => getAssetsOfFeed(ctx, feed),
  getAuditPage: (ctx) => getAuditPage(ctx, WHOLE_AUDIT),
  getBanners: (ctx) => getBanners(ctx, true),
  getBars: async (ctx, { feed }) => [...(await getBars(ctx, await windowOf(ctx), { ids: [feed] }))],
  getCatalogueAdminPage: (ctx) => getCatalogueAdminPage(ctx, null),
  getChangeRows: (ctx, { feed }) => getChangeRows(ctx, feed),
  getChangeSequence: (ctx) => getChangeSequence(ctx),
  getClockLines: async (ctx, { assets }) =>
    await Promise.all(assets.map((id) => getClockLines(ctx, { id, probedAt: null, blindAfterMs: null, zone: 'UTC' }))),
  getChangesAfter: (ctx) => getChangesAfter(ctx, '0'),
  getConnections: (ctx) => getConnections(ctx, 'UTC'),
  getConnectionsPage: (ctx) => getConnectionsPage(ctx),
  getDayRows: async (ctx, { feed }) => getDayRows(ctx, await windowOf(ctx), feed),
  getDayWindow: (ctx) => getDayWindow(ctx, ZONE),
  getEmbed: async (ctx, { name }) => [
    ...(await Promise.all([`${name}-feed`, `old-${name}`].map((key) => getEmbed(ctx, { kind: 'feed', key }, ctx)))),
    ...(await Promise.all([`lake/${name}`, `${name}-source/all`].map((key) => getEmbed(ctx, { kind: 'asset', key }, ctx)))),
    await getEmbed(ctx, { kind: 'group', key: name }, ctx),
  ],
  getEmbedPage: (ctx, { name }) => getEmbedPage(ctx, { kind: 'feed', key: `${name}-feed` }, ctx),
  getEdgesOf: (ctx, { assets }) => getEdgesOf(ctx, assets),
  getExternalRunPage: async (ctx, { name }) => getExternalRunPage(ctx, await idOf(ctx, 'external_run where external_id', name)),
  getFeedGate: (ctx, { name }) => getFeedGate(ctx, `${name}-feed`, { kind: 'fresh' }),
  getFeedPage: (ctx, { name }) => getFeedPage(ctx, `${name}-feed`),
  getFeedRows: (ctx) => getFeedRows(ctx),
  getFlowCards: (ctx) => getFlowCards(ctx),
  getFlowPage: (ctx, { name }) => getFlowPage(ctx, `${name}-flow`),
  getFlowParameters: (ctx, { name }) => getFlowParameters(ctx, `${name}-flow`),
  getFlowsPage: (ctx) => getFlowsPage(ctx, { q: null, group: null, health: null }),
  getFoundCounts: (ctx) => getFoundCounts(ctx),
  getFoundPage: (ctx, { name }) => getFoundPage(ctx, `${name}-source`, { q: null, state: null, page: 1 }),
  getGroupPage: (ctx, { name }) => getGroupPage(ctx, name),
  getHealth: (ctx) => getHealth(ctx),
  getLastChange: (ctx) => getLastChange(ctx),
  getLineagePage: async (ctx, { name }) => [await getLineagePage(ctx, `lake/${name}`), await getLineagePage(ctx, `${name}-source/all`)],
  getLineageStart: (ctx, { name }) => getLineageStart(ctx, { q: 'hidden', group: name }),
  getListMark: (ctx) => getListMark(ctx, FEED_LIST, {}),
  getMaintenanceForm: (ctx, { feed }) => getMaintenanceForm(ctx, { kind: 'series', id: feed - 1 }),
  getMaintenancePage: (ctx) => getMaintenancePage(ctx),
  getOpenDays: async (ctx, { feed }) => [...(await getOpenDays(ctx, await windowOf(ctx), { ids: [feed] }))],
  getOpenDeliveries: async (ctx, { feed }) => [...(await getOpenDeliveries(ctx, await windowOf(ctx), feed))],
  getPageAccess: (ctx) => getPageAccess(ctx),
  getPageSettings: (ctx) => getPageSettings(ctx),
  getPageZone: (ctx) => getPageZone(ctx),
  getPageSight: async (ctx) => [...(await getPageSight(ctx)).things],
  getPeoplePage: (ctx) => getPeoplePage(ctx),
  getRecentExternalRuns: (ctx, { name }) => getRecentExternalRuns(ctx, [`lake/${name}-job`], 9),
  getRecentRuns: (ctx, { name }) => getRecentRuns(ctx, [`${name}-flow`], 9),
  getOrder: async (ctx, { name }) => getOrder(ctx, await orderOf(ctx, name)),
  getOrdersOfRun: (ctx, { run }) => getOrdersOfRun(ctx, run),
  getReplayable: (ctx, { name }) => getReplayable(ctx, `${name}-feed`),
  getStandingEdges: async (ctx, { assets }) => [...(await getStandingEdges(ctx, assets)).statuses],
  getWorkEntries: (ctx, { name }) =>
    Promise.all(
      [null, `${name}-feed`].map((feed) =>
        getWorkEntries(ctx, { name: 'Page', url: 'https://page.example', demo: false, ...ZONE }, feed, 100),
      ),
    ),
  getReload: (ctx, { name }) => getReload(ctx, `${name}-feed`),
  getReloadForm: (ctx, { name }) => getReloadForm(ctx, `${name}-feed`),
  getRunList: (ctx) => getRunList(ctx, { flow: null, system: null, state: null, before: null }),
  getRunLog: (ctx, { run }) => getRunLog(ctx, run, WHOLE_LOG),
  getRunPage: (ctx, { run }) => getRunPage(ctx, run, { log: WHOLE_LOG, rejections: { group: null, page: 1 } }),
  getRunRejections: (ctx, { run }) => getRunRejections(ctx, run, { group: null, page: 1 }),
  getRunsPage: (ctx) => getRunsPage(ctx, { flow: null, system: null, state: null, before: null }),
  getRunView: (ctx, { run }) => getRunView(ctx, run),
  getSeries: (ctx) => getSeries(ctx, 'all'),
  getStatusJson: (ctx) => getStatusJson(ctx),
  getStatusOverview: (ctx) => getStatusOverview(ctx, { withAllDays: true }),
  getSubjectBars: (ctx, { name }) =>
    getSubjectBars(ctx, [
      { kind: 'group', key: name },
      { kind: 'feed', key: `${name}-feed` },
    ]),
  getSubjectDays: (ctx, { name }) => getSubjectDays(ctx, { kind: 'feed', key: `${name}-feed` }),
  getSystemPage: (ctx) => getSystemPage(ctx),
  getTouchedAssets: async (ctx) => getTouchedAssets(ctx, { ...(await getPageSight(ctx)), lastArrivalId: '0', lastSpanId: '0' }),
  getUnseenNeighbours: (ctx, { assets }) => getUnseenNeighbours(ctx, assets),
  getWork: (ctx) => getWork(ctx),
  getWriters: (ctx, { name }) => getWriters(ctx, [`${name}-flow`], [`lake/${name}-job`]),
  hasRun: (ctx, { run }) => hasRun(ctx, run),
  listRunsUnderWay: (ctx, { name }) => listRunsUnderWay(ctx, `${name}-flow`),
  markOfFound: (ctx) => markOfFound(ctx),
  markOfSubjects: (ctx) => markOfSubjects(ctx),
  readWhole: async (ctx) => [await Array.fromAsync(readWhole(ctx, GROUP_LIST, {})), await Array.fromAsync(readWhole(ctx, CHANGE_LIST, {}))],
  streamAudit: (ctx) => Array.fromAsync(streamAudit(ctx, WHOLE_AUDIT)),
}

/** It answers nothing: it opens a database, makes a context, or tells its caller what another query found, perhaps by another name. */
export const NO_QUERIES = [
  'aboutCauses',
  'againFor',
  'getCauseNames',
  'joined',
  'openWebDatabase',
  'seenBy',
  'tellGoodAgain',
  'toLines',
  'watchChanges',
  'withSystemNames',
]

/** They tell numbers, times and statuses, or what everybody may know; getReplayable has nothing to tell here, its own test asks who sees what. */
export const NAMELESS = [
  ...NAMELESS_CAUSES,
  ...NAMELESS_DAYS,
  'findAsOf',
  'getAdminFrame',
  'getBars',
  'getChangeSequence',
  'getDayRows',
  'getDayWindow',
  'getEdgesOf',
  'getFeedGate',
  'getFlowParameters',
  'getHealth',
  'getLastChange',
  'getListMark',
  'getOpenDays',
  'getOpenDeliveries',
  'getStandingEdges',
  'getPageAccess',
  'getPageSettings',
  'getPageZone',
  'getReplayable',
  'getSeries',
  'getSubjectDays',
  'getSystemPage',
  'getUnseenNeighbours',
  'hasRun',
  ...NAMELESS_MARKS,
  'markOfFound',
  'markOfSubjects',
]
