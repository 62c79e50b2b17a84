import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { visitor } from '#lib/domain/access/actor.ts'
import { crossingsInSql } from '#lib/testing/database/crossings.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { fillTwoGroups } from '#lib/testing/database/two-groups.ts'
import { getChangeSequence, getChangesAfter, getLastChange } from './changes/change-sequence.ts'
import { getPageSight, getTouchedAssets } from './changes/page-sight.ts'
import { getAssetPage } from './pages/asset-page.ts'
import { atomFeed } from './pages/atom-feed.ts'
import { getAuditPage, streamAudit, WHOLE_AUDIT } from './pages/audit-page.ts'
import { getConnections, getConnectionsPage } from './pages/connections-page.ts'
import { getFeedPage } from './pages/feed-page.ts'
import { findThings } from './pages/find-things.ts'
import { getFlowPage } from './pages/flow-page.ts'
import { getFlowsPage } from './pages/flows-page.ts'
import { getGroupPage } from './pages/group-page.ts'
import { getHealth } from './pages/health.ts'
import { getMaintenanceForm } from './pages/maintenance-form.ts'
import { getMaintenancePage } from './pages/maintenance-page.ts'
import { getRunPage } from './pages/run-page.ts'
import { getRunsPage } from './pages/runs-page.ts'
import { getStatusJson } from './pages/status-json.ts'
import { getStatusOverview } from './pages/status-overview.ts'
import { getSubjectBars, getSubjectDays } from './pages/subject-bars.ts'
import { findRun, findRunToReplay, listRunsUnderWay } from './runs/find-run.ts'
import { getFlowCards } from './runs/flow-cards.ts'
import { getFlowParameters } from './runs/flow-parameters.ts'
import { getReloadForm } from './runs/reload-form.ts'
import { getOrder, getOrdersOfRun, getReload } from './runs/reload-order.ts'
import { getRunList } from './runs/run-list.ts'
import { getRunLog, hasRun, WHOLE_LOG } from './runs/run-log.ts'
import { getRunRejections } from './runs/run-rejections.ts'
import { getRecentRuns } from './runs/run-rows.ts'
import { getRunView } from './runs/run-view.ts'
import { getAdminFrame } from './shared/admin-frame.ts'
import { getAssetsByIds, getAssetsOfFeed, getEdgesOf, getUnseenNeighbours } from './shared/asset-rows.ts'
import { getBanners } from './shared/banners.ts'
import { getBars } from './shared/bars.ts'
import { getChangeRows } from './shared/change-rows.ts'
import { getDayRows } from './shared/day-rows.ts'
import { getDayWindow } from './shared/day-window.ts'
import { getFeedRows } from './shared/feed-rows.ts'
import { getOpenDays } from './shared/open-days.ts'
import { getOpenDeliveries } from './shared/open-deliveries.ts'
import { getPageAccess } from './shared/page-access.ts'
import { getPageSettings } from './shared/page-settings.ts'
import { findRenamed } from './shared/renamed.ts'
import { getSeries } from './shared/series.ts'
import { getWork } from './shared/work.ts'

const UNSEEN = 'a system you may not see'
const MARK = `hidden${randomUUID().slice(0, 8)}`
const ZONE = { zone: 'UTC', readyBy: '08:00' }

let database: TestDatabase
let everything: Context
let records: Context
let runs: { id: string; flow: string }[]

beforeAll(async () => {
  database = await createTestDatabase()
  everything = database.context()
  await fillTwoGroups(everything, MARK)
  await everything.whole.query(crossingsInSql(MARK))
  records = asActor(everything, visitor('records'))
  runs = (
    await everything.pool.query<{ id: string; flow: string }>(
      'select id::text, flow from run where waiting_for is not null or ended_at is not null',
    )
  ).rows
})
afterAll(() => database.drop())

/** What a query is asked about: the things of one of the two groups. */
interface Asked {
  name: string
  group: number
  feed: number
  assets: number[]
  run: string
}

const runOf = (name: string) => runs.find(({ flow }) => flow === `${name}-flow`)?.id ?? ''
const asked = (name: string, from: number): Asked => ({
  name,
  group: from,
  feed: from + 1,
  assets: [from + 2, from + 3],
  run: runOf(name),
})

const orderOf = async ({ whole }: Context, name: string) =>
  (await whole.query<{ id: string }>('select id::text from reload_order where ordered_by = $1', [name])).rows[0]?.id ?? ''

async function streamed(entries: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const entry of entries) found.push(entry)
  return found
}

const windowOf = (ctx: Context) => getDayWindow(ctx, ZONE)
const each = <T>(ids: readonly number[], ask: (id: number) => Promise<T>) => Promise.all(ids.map(ask))

/** Every query there is, by its name; `anything` stands for those that tell nobody's names. */
const QUERIES: Record<string, (ctx: Context, about: Asked) => Promise<unknown>> = {
  atomFeed: async (ctx, { name }) => [await atomFeed(ctx), await atomFeed(ctx, { feedKey: `${name}-feed` })],
  findRenamed: (ctx, { name }) => findRenamed(ctx, 'feed', `old-${name}`),
  findRun: (ctx, { run }) => findRun(ctx, run),
  findRunToReplay: (ctx, { name }) => findRunToReplay(ctx, `${name}-flow`),
  findThings: async (ctx, { name }) => [await findThings(ctx, name), await findThings(ctx, 'hidden')],
  getAdminFrame: (ctx) => getAdminFrame(ctx),
  getAssetPage: async (ctx, { name }) => [await getAssetPage(ctx, `lake/${name}`), await getAssetPage(ctx, `${name}-source/all`)],
  getAssetsByIds: (ctx, { assets }) => getAssetsByIds(ctx, assets),
  getAssetsOfFeed: (ctx, { feed }) => getAssetsOfFeed(ctx, feed),
  getAuditPage: (ctx) => getAuditPage(ctx, WHOLE_AUDIT),
  getBanners: (ctx) => getBanners(ctx, true),
  getBars: async (ctx, { feed }) => [...(await getBars(ctx, await windowOf(ctx), { ids: [feed] }))],
  getChangeRows: (ctx, { feed }) => getChangeRows(ctx, feed),
  getChangeSequence: (ctx) => getChangeSequence(ctx),
  getChangesAfter: (ctx) => getChangesAfter(ctx, '0'),
  getConnections: (ctx) => getConnections(ctx, 'UTC'),
  getConnectionsPage: (ctx) => getConnectionsPage(ctx),
  getDayRows: async (ctx, { feed }) => getDayRows(ctx, await windowOf(ctx), feed),
  getDayWindow: (ctx) => getDayWindow(ctx, ZONE),
  getEdgesOf: (ctx, { assets }) => getEdgesOf(ctx, assets),
  getFeedPage: (ctx, { name }) => getFeedPage(ctx, `${name}-feed`),
  getFeedRows: (ctx) => getFeedRows(ctx),
  getFlowCards: (ctx) => getFlowCards(ctx),
  getFlowPage: (ctx, { name }) => getFlowPage(ctx, `${name}-flow`),
  getFlowParameters: (ctx, { name }) => getFlowParameters(ctx, `${name}-flow`),
  getFlowsPage: (ctx) => getFlowsPage(ctx, { q: null, group: null, health: null }),
  getGroupPage: (ctx, { name }) => getGroupPage(ctx, name),
  getHealth: (ctx) => getHealth(ctx),
  getLastChange: (ctx) => getLastChange(ctx),
  getMaintenanceForm: (ctx, { feed }) => getMaintenanceForm(ctx, { kind: 'series', id: feed - 1 }),
  getMaintenancePage: (ctx) => getMaintenancePage(ctx),
  getOpenDays: async (ctx, { feed }) => [...(await getOpenDays(ctx, await windowOf(ctx), { ids: [feed] }))],
  getOpenDeliveries: async (ctx, { feed }) => [...(await getOpenDeliveries(ctx, await windowOf(ctx), feed))],
  getPageAccess: (ctx) => getPageAccess(ctx),
  getPageSettings: (ctx) => getPageSettings(ctx),
  getPageSight: async (ctx) => [...(await getPageSight(ctx)).things],
  getRecentRuns: (ctx, { name }) => getRecentRuns(ctx, [`${name}-flow`], 9),
  getOrder: async (ctx, { name }) => getOrder(ctx, await orderOf(ctx, name)),
  getOrdersOfRun: (ctx, { run }) => getOrdersOfRun(ctx, run),
  getReload: (ctx, { name }) => getReload(ctx, `${name}-feed`),
  getReloadForm: (ctx, { name }) => getReloadForm(ctx, `${name}-feed`),
  getRunList: (ctx) => getRunList(ctx, { flow: null, state: null, before: null }),
  getRunLog: (ctx, { run }) => getRunLog(ctx, run, WHOLE_LOG),
  getRunPage: (ctx, { run }) => getRunPage(ctx, run, { log: WHOLE_LOG, rejections: { group: null, page: 1 } }),
  getRunRejections: (ctx, { run }) => getRunRejections(ctx, run, { group: null, page: 1 }),
  getRunsPage: (ctx) => getRunsPage(ctx, { flow: null, state: null, before: null }),
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
  getTouchedAssets: async (ctx) => getTouchedAssets(ctx, { ...(await getPageSight(ctx)), lastArrivalId: '0', lastSpanId: '0' }),
  getUnseenNeighbours: (ctx, { assets }) => getUnseenNeighbours(ctx, assets),
  getWork: (ctx) => getWork(ctx),
  hasRun: (ctx, { run }) => hasRun(ctx, run),
  listRunsUnderWay: (ctx, { name }) => listRunsUnderWay(ctx, `${name}-flow`),
  streamAudit: (ctx) => streamed(streamAudit(ctx, WHOLE_AUDIT)),
}

/** It answers nothing: it opens a database, makes a context, or tells its caller what another query found. */
const NO_QUERIES = ['openWebDatabase', 'seenBy', 'watchChanges']

/** They tell numbers, times and statuses, or what everybody may know. */
const NAMELESS = [
  'getAdminFrame',
  'getBars',
  'getChangeSequence',
  'getDayRows',
  'getDayWindow',
  'getEdgesOf',
  'getFlowParameters',
  'getHealth',
  'getLastChange',
  'getOpenDays',
  'getOpenDeliveries',
  'getPageAccess',
  'getPageSettings',
  'getSubjectDays',
  'getUnseenNeighbours',
  'hasRun',
]

function exportedQueries(): string[] {
  const root = import.meta.dirname
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /(?<!\.test)\.ts$/.test(path))
  return files.flatMap((path) =>
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(
        /^export (?:async )?function\*? (\w+)(?:<[^(]*>)?\(\s*(?:(?:ctx|context): |\{[^}]*\}: Pick<Context)/gm,
      ),
    ].map(([, name = '']) => name),
  )
}

describe('every query', () => {
  it('is asked here, so that a new one has to be', () => {
    const found = exportedQueries().filter((name) => !NO_QUERIES.includes(name))
    expect(found.length).toBeGreaterThan(45)
    expect(found.sort()).toEqual(Object.keys(QUERIES).sort())
  })

  it.each(Object.keys(QUERIES))('%s: tells somebody who sees one group nothing of the other, whichever they ask about', async (name) => {
    const query = QUERIES[name] ?? (() => Promise.reject(new Error('no such query')))
    for (const about of [asked('records', 1), asked(MARK, 11)])
      expect(JSON.stringify(await query(records, about)) ?? '').not.toContain(MARK)
  })

  it.each(Object.keys(QUERIES).filter((name) => !NAMELESS.includes(name)))('%s: would tell it to who sees everything', async (name) => {
    expect(JSON.stringify(await QUERIES[name]?.(everything, asked(MARK, 11)))).toContain(MARK)
  })
})

describe('what lies before and after and is not seen', () => {
  it('is a system they may not see, of which it is said how it stands', async () => {
    const [source, table] = await each([3, 4], async (id) => (await getUnseenNeighbours(records, [id]))[0])
    expect(source).toEqual({ assetId: 3, isUpstream: true, status: 'stale', since: Date.parse('2026-11-01') })
    expect(table).toEqual({ assetId: 4, isUpstream: false, status: null, since: null })
    expect(await getFeedPage(records, 'records-feed')).toMatchObject({ unseen: [{ assetId: 3 }, { assetId: 4 }] })
    expect(await getAssetPage(records, 'lake/records')).toMatchObject({ unseen: [{ isUpstream: false }] })
  })

  it('is told by its name to who sees it', async () => {
    expect((await getFeedPage(everything, 'records-feed'))?.neighbours.map(({ key }) => key).sort()).toEqual([
      `${MARK}-source/all`,
      `lake/${MARK}`,
    ])
  })

  it('is named so where a run waits for it, and no link leads to its run', async () => {
    expect((await getRunView(records, runOf('records')))?.waitingFor).toBe(`Waits for the run of ${UNSEEN} that comes before it.`)
    const arrivals = async (ctx: Context) => (await getAssetPage(ctx, 'lake/records'))?.arrivals.map(({ runId }) => runId)
    expect(await arrivals(everything)).toContain(runOf(MARK))
    expect(await arrivals(records)).not.toContain(runOf(MARK))
  })
})
