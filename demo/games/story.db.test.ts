import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replay } from '#demo/replay.ts'
import { startSearch } from '#demo/startup/search.ts'
import { type PretendS3, startS3 } from '#demo/stores/s3.ts'
import { requestRun } from '#lib/commands/runs/request-run.ts'
import { DAY_MS } from '#lib/domain/time/instant.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'
import { Scrapers, variablesFor } from './games.ts'
import { requirePriceTable } from './price-table.ts'
import { UNTOLD_MS } from './shops.ts'

const FIRST_START = Date.parse('2026-11-20T17:02:00Z')
const FROM = FIRST_START - 3 * DAY_MS

let harness: ScenarioHarness
let store: PretendS3
let search: Awaited<ReturnType<typeof startSearch>>
let scrapers: Scrapers

beforeAll(async () => {
  harness = await ScenarioHarness.open(new Date(FROM).toISOString())
  const { clock } = harness
  store = await startS3({ clock })
  search = await startSearch({ clock })
  for (const [name, value] of Object.entries(variablesFor(store, search))) harness.variables.set(name, value)
  await harness.declare(await readFile('demo/games/catalogue/games.yaml', 'utf8'))
  await requirePriceTable(harness.lakeUrl, { clock, firstStart: FIRST_START })
  scrapers = new Scrapers(store, FIRST_START)
  scrapers.fill(FIRST_START, FIRST_START - UNTOLD_MS)
  clock.set(FIRST_START)
  await replay(harness.ctx, { from: FROM, to: FIRST_START, firstStart: FIRST_START }, async () => {})
}, 60_000)
afterAll(async () => {
  await harness.close()
  await Promise.all([store.close(), search.close()])
})

const statuses = async () => {
  const { groups } = await getStatusOverview(harness.ctx)
  return Object.fromEntries(groups.flatMap(({ feeds }) => feeds.map(({ key, status }) => [key, status])))
}
const SHOPS = { emberstore: 'fresh', polygate: 'fresh', coinvault: 'fresh', nightcart: 'stale' }

const LANDED = [{ n: 3 * 24 * 4 - 3 - 6, runs: 3 * 24 * 4 - 3 - 6 }]
const landedBefore = () =>
  harness.rows(
    "select count(*)::int as n, count(run_id)::int as runs from inbox_file where state = 'landed' and arrived_at < '2026-11-20T17:02:00Z'",
  )

describe('the demo of files', () => {
  it('has a past in which one shop went silent, and all else came', async () => {
    expect(await statuses()).toEqual({ ...SHOPS, raw: 'stale', search: 'fresh', deals: 'fresh' })
    expect(await landedBefore()).toEqual(LANDED)
    const prices = await getAssetPage(harness.ctx, 'lake/games_raw.prices')
    expect(Object.fromEntries((prices?.coverage?.keys ?? []).map(({ key, status }) => [key, status]))).toEqual(SHOPS)
  })

  it('really lands what came of late, keeps why one file failed, and builds what the dashboards ask', async () => {
    await harness.until('2026-11-20T17:03:30Z')
    const files = await harness.rows("select key, state, reason from inbox_file where arrived_at >= '2026-11-20T17:02:00Z' order by key")
    expect(await landedBefore()).toEqual(LANDED)
    expect(files).toEqual([
      {
        key: 'incoming/coinvault/2026-11-20T1604.jsonl.gz',
        state: 'failed',
        reason: expect.stringContaining('it is a web page or XML'),
      },
      { key: 'incoming/emberstore/2026-11-20T1604.jsonl.gz', state: 'landed', reason: null },
      { key: 'incoming/polygate/2026-11-20T1604.jsonl.gz', state: 'landed', reason: null },
    ])
    for (const flow of ['price-search', 'deals-board']) await requestRun(harness.ctx, { flow })
    await harness.until('2026-11-20T17:04:00Z')
    expect(search.world.behind('game-prices')?.[0]?.documents.size).toBe(84)
    expect(search.world.behind('game-deals')?.[0]?.documents.size).toBe(21)
    const copies = [...store.bucket('prices').objects.keys()].filter((key) => key.startsWith('landed/'))
    expect(copies).toHaveLength(3)
    expect(await statuses()).toEqual({ ...SHOPS, raw: 'stale', search: 'fresh', deals: 'fresh' })
  })

  it('goes on: the next hour’s files are told by the queue and land', async () => {
    await harness.until('2026-11-20T17:04:30Z')
    scrapers.advance(harness.clock.now())
    await harness.until('2026-11-20T17:06:00Z')
    const files = await harness.rows<{ state: string }>("select key, state from inbox_file where key like '%2026-11-20T1704%' order by key")
    expect(files.map(({ state }) => state)).toEqual(['landed', 'landed', 'landed'])
  })
})
