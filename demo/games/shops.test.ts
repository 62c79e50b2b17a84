import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { landingRuns } from './replay.ts'
import { contentOf, dropsBetween, LINES, SHOPS } from './shops.ts'

const FIRST_START = Date.parse('2026-11-20T17:02:00Z')
const stretch = { from: FIRST_START - 90 * DAY_MS, to: FIRST_START, firstStart: FIRST_START }
const drops = dropsBetween(stretch.from, FIRST_START + 3 * HOUR_MS, FIRST_START)

describe('the files of the shops', () => {
  it('come every hour from each of the four, but for the one that is silent since six hours and goes on being it', () => {
    const last = SHOPS.map((shop) => drops.findLast((drop) => drop.shop === shop)?.at ?? 0)
    expect(last.map((at) => Math.round((FIRST_START - at) / HOUR_MS))).toEqual([-2, -2, -2, 7])
    const ofPolygate = drops.filter(({ shop }) => shop === 'polygate')
    expect(ofPolygate.length).toBeGreaterThan(89 * 24)
    expect(ofPolygate.length).toBeLessThan(90 * 24)
  })

  it('are the same however a stretch is divided, and hold a line for each game', () => {
    const middle = FIRST_START - 30 * DAY_MS + 4 * 60_000 + 7_000
    const parts = [dropsBetween(stretch.from, middle, FIRST_START), dropsBetween(middle, FIRST_START + 3 * HOUR_MS, FIRST_START)]
    expect(parts.flat()).toEqual(drops)
    const [drop] = drops
    if (drop === undefined) throw new Error('there is none')
    const lines = gunzipSync(contentOf(drop)).toString().trimEnd().split('\n')
    expect(lines).toHaveLength(LINES)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ shop: drop.shop, currency: 'EUR', price: expect.any(Number) })
  })

  it('hold prices, but for a page that came in the hour before the first start', () => {
    const pages = drops.filter(({ isPage }) => isPage)
    expect(pages).toMatchObject([{ shop: 'coinvault', key: 'incoming/coinvault/2026-11-20T1604.jsonl.gz' }])
    for (const drop of pages) expect(gunzipSync(contentOf(drop)).toString()).toContain('<!doctype html>')
  })
})

describe('the runs that carried them over', () => {
  const night = { from: FIRST_START - 40 * DAY_MS, to: FIRST_START - 40 * DAY_MS + 6 * HOUR_MS }
  const runs = landingRuns(drops, stretch, night)

  it('carry each file once, also what came while nobody worked or the bucket refused us', () => {
    const carried = runs.flatMap((run) => run.drops.map(({ key }) => key))
    expect(carried).toEqual(drops.map(({ key }) => key))
    expect(runs.filter(({ run }) => run.state === 'failed')).toHaveLength(5)
    expect(runs.filter(({ run }) => run.scheduledFor >= night.from && run.scheduledFor < night.to)).toEqual([])
    expect(Math.max(...runs.map((run) => run.drops.length))).toBeGreaterThanOrEqual(24)
  })

  it('never overlap', () => {
    for (const [position, { run }] of runs.entries())
      expect(run.startedAt ?? 0).toBeGreaterThan(runs[position - 1]?.run.endedAt ?? Number.NEGATIVE_INFINITY)
  })
})
