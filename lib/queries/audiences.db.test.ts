import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asActor, type Context } from '#lib/db/context.ts'
import { readSearchWords } from '#lib/domain/search/question.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'
import { getCatalogueView, UNFILTERED } from './catalogue/catalogue-view.ts'
import { searchCatalogue } from './catalogue/search-catalogue.ts'
import { getChangesAfter } from './changes/change-sequence.ts'
import { getPageSight, getTouchedAssets } from './changes/page-sight.ts'
import { getAssetPage } from './pages/asset-page.ts'
import { atomFeed } from './pages/atom-feed.ts'
import { getConnectionsPage } from './pages/connections-page.ts'
import { getFeedPage } from './pages/feed-page.ts'
import { getFlowPage } from './pages/flow-page.ts'
import { getFlowsPage } from './pages/flows-page.ts'
import { getGroupPage } from './pages/group-page.ts'
import { getMaintenanceForm } from './pages/maintenance-form.ts'
import { getMaintenancePage } from './pages/maintenance-page.ts'
import { getRunPage } from './pages/run-page.ts'
import { getRunsPage } from './pages/runs-page.ts'
import { getStatusJson } from './pages/status-json.ts'
import { getStatusOverview } from './pages/status-overview.ts'
import { getSubjectBars, getSubjectDays } from './pages/subject-bars.ts'
import { WHOLE_LOG } from './runs/run-log.ts'
import { findRenamed } from './shared/renamed.ts'

const MARK = `hidden${randomUUID().slice(0, 8)}`
let world: Awaited<ReturnType<typeof openTwoGroups>>
let everything: Context
let records: Context

beforeAll(async () => {
  world = await openTwoGroups(MARK, { crosses: false })
  ;({ everything, records } = world)
})
afterAll(() => world.database.drop())

/** Every screen, list and stream as one context is given it, about things of one name. */
const screens: Record<string, (ctx: Context, name: string) => Promise<unknown>> = {
  overview: (ctx) => getStatusOverview(ctx, { withAllDays: true }),
  group: (ctx, name) => getGroupPage(ctx, name),
  feed: (ctx, name) => getFeedPage(ctx, `${name}-feed`),
  asset: (ctx, name) => getAssetPage(ctx, `lake/${name}`),
  'source of a flow': (ctx, name) => getAssetPage(ctx, `${name}-source/all`),
  flow: (ctx, name) => getFlowPage(ctx, `${name}-flow`),
  flows: (ctx) => getFlowsPage(ctx, { q: null, group: null, health: null }),
  run: (ctx, name) => getRunPage(ctx, world.runOf(name), { log: WHOLE_LOG, rejections: { group: null, page: 1 } }),
  runs: (ctx) => getRunsPage(ctx, { flow: null, system: null, state: null, before: null }),
  connections: (ctx) => getConnectionsPage(ctx),
  maintenance: (ctx) => getMaintenancePage(asActor(ctx, { ...ctx.actor, role: 'engineer' })),
  'a form of maintenance': (ctx, name) => getMaintenanceForm(ctx, { kind: 'subject', subject: { kind: 'feed', key: `${name}-feed` } }),
  'a rule of maintenance': (ctx, name) => getMaintenanceForm(ctx, { kind: 'series', id: name === 'records' ? 1 : 11 }),
  search: (ctx, name) => searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords(name) }, null, 50),
  'search by a column': (ctx, name) => searchCatalogue(ctx, { ...UNFILTERED, search: readSearchWords(`${name}_col`) }, null, 50),
  catalogue: (ctx, name) => getCatalogueView(ctx, { ...UNFILTERED, search: readSearchWords(name) }, null),
  'status for machines': (ctx) => getStatusJson(ctx),
  atom: (ctx) => atomFeed(ctx),
  'atom of a feed': (ctx, name) => atomFeed(ctx, { feedKey: `${name}-feed` }),
  bars: (ctx, name) =>
    getSubjectBars(ctx, [
      { kind: 'group', key: name },
      { kind: 'feed', key: `${name}-feed` },
    ]),
  // Days name nobody: who is told any knows that there is such a feed.
  days: async (ctx, name) => (await getSubjectDays(ctx, { kind: 'feed', key: `${name}-feed` })) && `days of ${name}`,
  'a former key': (ctx, name) => findRenamed(ctx, 'feed', `old-${name}`),
  'the event stream': async (ctx) => {
    const sight = await getPageSight(ctx)
    const touched = await getTouchedAssets(ctx, { ...sight, lastArrivalId: '0', lastSpanId: '0' })
    return [[...sight.things.entries()], touched, await getChangesAfter(ctx, '0')]
  },
}

describe('somebody who sees one group of two', () => {
  it.each(Object.keys(screens))('%s: shows what is theirs, and in no byte what is not', async (name) => {
    const screen = screens[name] ?? (() => Promise.reject(new Error('no such screen')))
    const own = JSON.stringify(await screen(records, 'records'))
    expect(own).toContain('records')
    const hidden = JSON.stringify(await screen(records, MARK))
    expect(own).not.toContain(MARK)
    expect(hidden).not.toContain(MARK)
  })

  it.each(Object.keys(screens))('%s: would show it to somebody who sees everything, so that the test above can fail', async (name) => {
    expect(JSON.stringify(await screens[name]?.(everything, MARK))).toContain(MARK)
  })
})
