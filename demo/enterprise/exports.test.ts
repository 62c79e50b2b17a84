import { describe, expect, it } from 'vitest'
import { loadExtensions } from '#jobs/worker/load-extensions.ts'
import { loadCatalogue } from '#lib/commands/catalogue/load-catalogue.ts'
import { announcedAfter, brokenAt } from '#lib/domain/contracts/contract-terms.ts'
import { ShapeCounter } from '#lib/domain/contracts/count-shape.ts'
import { flatFields } from '#lib/domain/contracts/nested-fields.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import { ENTITIES, isOdd, nextCustomerFrom, recordsOf } from './entities.ts'
import { filesBetween, jobOf, lineOfJob, runsBetween, tableOf } from './exports.ts'
import { landings } from './replay.ts'

const FIRST_START = Date.parse('2026-11-30T17:02:00Z')
const FROM = FIRST_START - 90 * DAY_MS

const loaded = await loadCatalogue('demo/enterprise/catalogue', await loadExtensions())
const termsOf = (key: string) => {
  const terms = loaded.ok ? loaded.catalogue.assets.find((asset) => asset.key === key)?.contract : undefined
  if (terms === undefined) throw new Error(`nothing is promised of ${key}`)
  return terms
}

function shapeAt(entity: (typeof ENTITIES)[number], at: number) {
  const counter = new ShapeCounter()
  for (const record of recordsOf(entity, at, FIRST_START)) counter.add(JSON.parse(JSON.stringify(record)), false)
  return { file: 'f', source: 'storage', shape: counter.shape() }
}

describe('the catalogue of shared data', () => {
  it('has nothing wrong with it, five entities under contract, and says who owns each feed and why', () => {
    expect(loaded.ok ? [] : loaded.problems).toEqual([])
    if (!loaded.ok) return
    const promised = loaded.catalogue.assets.filter(({ contract }) => contract !== undefined)
    expect(promised.map(({ key }) => key).sort()).toEqual(ENTITIES.map((entity) => `lake/${tableOf(entity)}`).sort())
    expect(loaded.catalogue.feeds.filter(({ owner, why }) => owner === null || why == null)).toEqual([])
  })

  it('has words for every field, an owner and readers for every contract', () => {
    for (const entity of ENTITIES)
      for (const { owner, consumers, fields, description } of termsOf(`lake/${tableOf(entity)}`).versions) {
        const all = flatFields(fields)
        expect([owner, description, ...all.map((field) => field.description)]).not.toContain(null)
        expect(all.filter(({ type }) => type === null)).toEqual([])
        expect(consumers.length).toBeGreaterThan(0)
      }
  })

  it.each(ENTITIES)('names as readers of %s the groups whose tables are made from it, in the contract and in its reason', (entity) => {
    const { assets = [], feeds = [], groups = [] } = loaded.ok ? loaded.catalogue : {}
    const key = `lake/${tableOf(entity)}`
    const below = assets.filter(({ upstream }) => upstream.some((from) => from.key === key))
    const groupOf = (of: string) => groups.find((group) => group.key === feeds.find((feed) => feed.key === of)?.group)?.name
    const readers = [...new Set(below.map(({ feed }) => groupOf(feed)))].sort()
    const why = feeds.find((feed) => feed.key === assets.find((asset) => asset.key === key)?.feed)?.why
    for (const { consumers } of termsOf(key).versions) expect(consumers.toSorted()).toEqual(readers)
    for (const reader of readers) expect(why?.toLowerCase()).toContain(reader?.toLowerCase().replace('customer ', ''))
  })

  it('has one flow that is a pipeline of the data factory, and what it makes of two entities', () => {
    const flow = loaded.ok ? loaded.catalogue.flows.find(({ name }) => name === 'daily-revenue') : undefined
    const { by, job } = jobOf('revenue')
    expect(flow).toMatchObject({ reads: ['lake/billing.invoice', 'lake/billing.payment'], writes: ['lake/finance.revenue'] })
    expect(JSON.stringify(flow)).toContain(`"${by}/${job}"`)
    expect(lineOfJob(by, job)).toBe('revenue')
  })

  it('announces that customers lose two fields', () => {
    const [next] = announcedAfter(termsOf('lake/crm.customer'), FIRST_START)
    expect(next?.from).toBe(nextCustomerFrom(FIRST_START))
    expect(next?.differences.map(({ words }) => words)).toEqual(['phone goes', 'country goes (perhaps renamed country_code)'])
  })
})

describe('the exports', () => {
  it.each(ENTITIES)('of %s keep the contract that holds, but for what is planned', (entity) => {
    const terms = termsOf(`lake/${tableOf(entity)}`)
    for (const at of [FROM, FIRST_START - 20 * DAY_MS, nextCustomerFrom(FIRST_START) + HOUR_MS]) {
      const broken = isOdd(entity, at, FIRST_START) ? expect.anything() : null
      expect(brokenAt(terms, shapeAt(entity, at), at), `${entity} ${new Date(at).toISOString()}`).toEqual(broken)
    }
  })

  it('of orders hold a status that nobody was told of, of late; those of invoices had another name for a field once', () => {
    expect(brokenAt(termsOf('lake/shop.order'), shapeAt('order', FIRST_START - HOUR_MS), FIRST_START)).toMatchObject({
      status: 'late',
      words: expect.stringContaining('holds "partly-returned", which is not among its values'),
    })
    const then = FIRST_START - 44 * DAY_MS
    expect(brokenAt(termsOf('lake/billing.invoice'), shapeAt('invoice', then), then)).toMatchObject({
      status: 'stale',
      words: expect.stringMatching(/"amount" is gone, perhaps renamed: "gross_amount" came.*promised by "Billing team"; read by "Finance/),
    })
  })

  it('are the same however a stretch is divided', () => {
    const from = FIRST_START - 9 * DAY_MS
    const middle = FIRST_START - 3 * DAY_MS + 4 * 60_000 + 7_000
    for (const line of ENTITIES) {
      const parts = [runsBetween(line, from, middle, FIRST_START), runsBetween(line, middle, FIRST_START, FIRST_START)]
      expect(parts.flat(), line).toEqual(runsBetween(line, from, FIRST_START, FIRST_START))
    }
    const files = [...filesBetween(from, middle, FIRST_START), ...filesBetween(middle, FIRST_START, FIRST_START)]
    expect(files.map(({ key }) => key)).toEqual(filesBetween(from, FIRST_START, FIRST_START).map(({ key }) => key))
  })

  it('of invoices fail since half a day, until somebody or the next one exports them', () => {
    const last = runsBetween('invoice', FIRST_START - DAY_MS, FIRST_START, FIRST_START).map(({ problem }) => problem !== null)
    expect(last.slice(-2)).toEqual([true, true])
    expect(last).toContain(false)
    expect(runsBetween('invoice', FIRST_START, FIRST_START + DAY_MS, FIRST_START).filter(({ problem }) => problem !== null)).toEqual([])
  })
})

describe('the runs that carried them over', () => {
  const night = { from: FIRST_START - 40 * DAY_MS, to: FIRST_START - 40 * DAY_MS + 6 * HOUR_MS }
  const files = filesBetween(FIRST_START - 42 * DAY_MS, FIRST_START - 38 * DAY_MS, FIRST_START).filter(({ entity }) => entity === 'order')
  const runs = landings('order', files, night)

  it('carry each file once, also what came while nobody worked, and never overlap', () => {
    expect(runs.flatMap((run) => run.files.map(({ key }) => key))).toEqual(files.map(({ key }) => key))
    expect(Math.max(...runs.map((run) => run.files.length))).toBeGreaterThanOrEqual(6)
    for (const [position, { run }] of runs.entries())
      expect(run.startedAt ?? 0).toBeGreaterThan(runs[position - 1]?.run.endedAt ?? Number.NEGATIVE_INFINITY)
  })
})
