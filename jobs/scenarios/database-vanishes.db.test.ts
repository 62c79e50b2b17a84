import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { followIncidents } from '#lib/commands/incidents/follow-incidents.ts'
import { acceptHeartbeat } from '#lib/commands/push/accept-messages.ts'
import { takeMessages } from '#lib/commands/push/take-messages.ts'
import { indexIdentities } from '#lib/domain/lineage/identity.ts'
import { incidentTitle } from '#lib/domain/wording/incident-title.ts'
import { prepareLake } from '#lib/engine/lake/prepare/prepare-lake.ts'
import { getIncidents } from '#lib/queries/incidents/incidents.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { pusher } from '#lib/testing/push/push-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const TABLE = 'lake/term_curated.term_data_by_service'
const ORDERS = 'lake/shop.orders'
/** Only its counters tell of it. */
const PLAIN = 'lake/shop.plain'
const DROPPED = '2026-11-19T06:30:05.000Z'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  await harness.changeLake(
    "create schema shop; create table shop.orders (id int, loaded_at timestamptz); create table shop.plain (id int); insert into shop.plain values (1); insert into shop.orders values (1, '2026-11-19T05:40:00Z')",
  )
  await harness.declare(
    termsCatalogue({
      assets: `
      orders:
        name: Orders
        policy: { kind: age, clock: loadedAt, lateAfter: 4h, staleAfter: 12h }
        assets:
          ${ORDERS}: { column: loaded_at }
          lake/shop.plain: {}
          lake/shop.totals: { from: ${ORDERS}, kind: consumer, policy: { kind: upstream } }`,
    }),
  )
  await harness.until('2026-11-19T06:10:00Z')
  await beat('2026-11-19T06:10:00Z')
  await beat('2026-11-19T06:10:00Z', PLAIN)
  harness.clock.set('2026-11-19T06:29:00Z')
  harness.beginPulses()
  await harness.until(DROPPED)
})
afterEach(() => harness.close())

/** What loads the orders says that it went well, whether its rows came to anything or not. */
async function beat(at: string, key = ORDERS) {
  await acceptHeartbeat(pusher(harness.ctx), key, { state: 'success', at }, null)
  await takeMessages(harness.ctx, indexIdentities(new Map(), [ORDERS, PLAIN]))
  await harness.step()
}

async function incidents() {
  await followIncidents(harness.ctx)
  const { open } = await getIncidents(harness.ctx, { feed: null, before: null }, 'America/New_York')
  return open.map((line) => ({
    title: incidentTitle(line),
    roots: line.roots.map(({ cause }) => cause),
    feeds: line.feeds.map(({ key }) => key).sort(),
  }))
}

/** Everything in the lake, or that is made from it, that is called fresh. */
const green = () =>
  harness.rows(
    "select s.key from status_span sp join subject s on s.id = sp.subject_id where sp.to_at is null and sp.status = 'fresh' and s.key like 'lake/%'",
  )

const last = async (key: string) => (await spansOf(harness.ctx, key)).at(-1)

describe('somebody drops the database of the lake', () => {
  it('is one incident within a minute, in words, and nothing in it is green, whatever is told of it', async () => {
    expect(await last(PLAIN)).toContain('fresh')
    expect(await last(TABLE)).toContain('fresh')
    expect(await last(ORDERS)).toContain('fresh')
    await harness.dropLake()
    await harness.until('2026-11-19T06:31:05.000Z')
    expect(await incidents()).toEqual([{ title: 'The database lake is gone', roots: ['connection:lake'], feeds: ['orders', 'terms'] }])
    expect(await green()).toEqual([])
    expect(await last(TABLE)).toMatch(/^unknown\/gone 19 06:30–$/)
    await beat('2026-11-19T06:31:30Z')
    expect(await last(ORDERS)).toMatch(/^unknown\/gone 19 06:30–$/)
    await harness.reload('term')
    expect(await harness.rows("select state, problem from run where trigger = 'manual'")).toEqual([
      { state: 'failed', problem: expect.stringContaining('The database of the lake is gone; nothing was loaded.') },
    ])
    expect(await green()).toEqual([])
    expect(await incidents()).toMatchObject([{ title: 'The database lake is gone', roots: ['connection:lake'] }])
    const page = await getFeedPage(harness.ctx, 'terms')
    expect(page?.banners).toMatchObject([
      { kind: 'connection', problem: expect.stringMatching(/^The server has no database test_\w+ any more\. /) },
    ])
  })

  it('comes back with what `lake prepare` makes and the next run brings, and not before', async () => {
    await harness.dropLake()
    await harness.until('2026-11-19T06:31:05.000Z')
    const steps = await Array.fromAsync(
      prepareLake({ url: harness.lakeUrl, adminUrl: undefined, clock: harness.clock, tables: [], roles: [] }),
    )
    expect(steps.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    await harness.inLake('create schema shop; create table shop.plain (id int)')
    await harness.until('2026-11-19T06:31:40.000Z')
    // The tables are there, and what was loaded before is not in them.
    expect(await green()).toEqual([])
    await harness.reload('term')
    await harness.until('2026-11-19T06:33:00.000Z')
    expect(await last(TABLE)).toMatch(/^fresh/)
    expect(await last(ORDERS)).toMatch(/\/gone 19 06:30–$/)
    expect(await incidents()).toMatchObject([{ feeds: ['orders'] }])
  })

  it('is nothing that was dropped and made anew before anybody could ask twice', async () => {
    await harness.dropLake()
    await harness.until('2026-11-19T06:30:20.000Z')
    await Array.fromAsync(prepareLake({ url: harness.lakeUrl, adminUrl: undefined, clock: harness.clock, tables: [], roles: [] }))
    await harness.reload('term')
    await harness.until('2026-11-19T06:31:30.000Z')
    expect(await last(TABLE)).toMatch(/^fresh/)
    expect((await spansOf(harness.ctx, TABLE)).some((span) => span.includes('gone'))).toBe(false)
  })
})
