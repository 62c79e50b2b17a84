import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { extractAt } from '#demo/startup/tableau.ts'
import tableauConnector from '#lib/connectors/tableau.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'
import { beginTableauWorld, type TableauWorld } from '#lib/testing/connectors/tableau-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const ELEVEN = '2026-11-29T11:00:00Z'
const GONE = '00000000-0000-0000-0000-000000000000'
const LIVE = { live: true }

let world: TableauWorld
beforeEach(async () => {
  world = await beginTableauWorld(NOW)
})
afterEach(() => world.end())

const source = ({ id }: { id: string }) => `datasources/${id}`
const workbook = ({ id }: { id: string }) => `workbooks/${id}`
const refreshedAt = (at: string, more = {}) => ({ ok: true, readings: [{ clock: 'loadedAt', at: Date.parse(at) }], warnings: [], ...more })

describe('a look at Tableau', () => {
  it('reads when an extract was refreshed, whole or by what is new, never when it was edited', async () => {
    const whole = world.tableau.source('prices', TEN)
    const grown = world.tableau.source('terms', TEN, { extractLastIncrementalUpdateTime: ELEVEN })
    const seen = await world.look([source(whole), source(grown)])
    expect(seen).toMatchObject([refreshedAt(TEN, { evidence: { strength: 'strong' } }), refreshedAt(ELEVEN)])
  })

  it('of an extract that was only published has weak evidence: it may have been brought along', async () => {
    const made = world.tableau.source('prices', TEN, { extractLastRefreshTime: null })
    expect(await world.look([source(made)])).toMatchObject([refreshedAt(TEN, { evidence: { strength: 'weak' } })])
  })

  it('takes a workbook for as old as the oldest extract of its own, whatever its published data sources are', async () => {
    const old = world.tableau.source('prices', '2026-11-01T00:00:00Z')
    const board = world.tableau.workbook('Board', [old], [extractAt(ELEVEN), extractAt(TEN), extractAt(null)])
    expect(await world.look([workbook(board)])).toMatchObject([refreshedAt(TEN)])
  })

  it('tells no time of what is live, nor of a view, and says so where the catalogue does not', async () => {
    const live = world.tableau.source('prices', null)
    const board = world.tableau.workbook('Board', [live])
    const view = world.tableau.view('Sheet', board)
    const there = { ok: true, readings: [], warnings: [] }
    expect(await world.look([source(live), workbook(board)], {}, LIVE)).toMatchObject([there, there])
    expect(await world.look([`${workbook(board)}/views/${view.id}`])).toMatchObject([there])
    expect(await world.look([source(live), workbook(board)])).toMatchObject([
      {
        ok: false,
        lasting: 'no-time',
        publicMessage: expect.stringMatching(/asks its database live .*Write "live: true" under datasources/),
      },
      { ok: false, lasting: 'no-time', publicMessage: expect.stringMatching(/has no extract of its own/) },
    ])
    const extract = world.tableau.source('terms', TEN)
    expect(await world.look([source(extract)], {}, LIVE)).toMatchObject([
      { ...there, warnings: [expect.stringMatching(/an extract by now/)] },
    ])
  })

  it.each([
    ['has failed', { consecutiveFailedCount: '1' }, 'Its scheduled refresh has failed the last time.'],
    ['fails and fails', { consecutiveFailedCount: '3' }, 'Its scheduled refresh has failed 3 times in a row.'],
    ['is suspended', { consecutiveFailedCount: '0', schedule: { state: 'Suspended' } }, 'Its refresh schedule is suspended in Tableau.'],
  ])('warns where the scheduled refresh %s', async (_, task, words) => {
    const one = world.tableau.source('prices', TEN)
    world.tableau.tasks.push({ extractRefresh: { id: 't1', type: 'RefreshExtractTask', datasource: { id: one.id }, ...task } })
    expect(await world.look([source(one), source(world.tableau.source('terms', TEN))])).toMatchObject([
      { warnings: [words] },
      { warnings: [] },
    ])
  })

  it('warns where its clock runs ahead', async () => {
    const ahead = world.tableau.source('prices', '2026-11-29T13:00:00Z')
    expect(await world.look([source(ahead)])).toMatchObject([{ ok: true, warnings: [expect.stringMatching(/lies in the future/)] }])
  })

  it('sees all others where one is gone, told without sense, not told yet or without a refresh', async () => {
    const good = world.tableau.source('prices', TEN)
    const bad = world.tableau.source('bad', TEN, { extractLastRefreshTime: 'yesterday' })
    const late = world.tableau.source('late', TEN)
    world.tableau.metadata.publishedDatasources.pop()
    const never = world.tableau.source('never', TEN, { extractLastRefreshTime: null, extractLastUpdateTime: null })
    const seen = await world.look([source(good), source(bad), source(late), source(never), `datasources/${GONE}`, `workbooks/${GONE}`])
    const by = new Map(seen.map((one) => [one.assetKey, one]))
    expect(by.get(`tableau/${source(good)}`)).toMatchObject(refreshedAt(TEN))
    expect(by.get(`tableau/${source(bad)}`)).toMatchObject({ ok: false, publicMessage: expect.stringMatching(/not as Tableau writes it/) })
    expect(by.get(`tableau/${source(late)}`)).toMatchObject({
      ok: false,
      lasting: undefined,
      publicMessage: expect.stringMatching(/minutes behind/),
    })
    expect(by.get(`tableau/${source(never)}`)).toMatchObject({
      ok: false,
      lasting: 'no-time',
      publicMessage: expect.stringMatching(/tells no refresh of the extract/),
    })
    expect(seen.filter((one) => !one.ok && one.lasting === 'gone')).toHaveLength(2)
  })

  it('of a thousand asks for one list, and for the metadata in parts', async () => {
    const all = Array.from({ length: 1000 }, (_, i) => source(world.tableau.source(`s${i}`, TEN)))
    expect((await world.look(all)).filter(({ ok }) => ok)).toHaveLength(1000)
    const asked = Map.groupBy(world.tableau.requests, (line) => line)
    expect(asked.get('GET /datasources')).toHaveLength(1)
    expect(asked.get('POST /api/metadata/graphql')).toHaveLength(10)
    expect(world.tableau.requests).toHaveLength(15)
  })

  it('reads lists page by page, or refuses those that go round or end too early', async () => {
    const all = Array.from({ length: 5 }, (_, i) => source(world.tableau.source(`s${i}`, TEN)))
    world.tableau.pageMax = 2
    expect((await world.look(all)).filter(({ ok }) => ok)).toHaveLength(5)
    world.tableau.pages = 'in-circle'
    await expect(world.look(all)).rejects.toMatchObject({ publicMessage: expect.stringContaining('round in a circle') })
    world.tableau.pages = 'lost'
    await expect(world.look(all)).rejects.toMatchObject({ publicMessage: expect.stringContaining('ends before its last page') })
  })

  it.each(spoiltAnswers('Tableau', 'Tableau (tableau)'))(
    'fails as a whole where the list, or what the metadata tell, %s',
    async (_, fault, words) => {
      const path = source(world.tableau.source('prices', TEN))
      for (const at of fault.kind === 'silent' ? [/graphql/] : [/^\/datasources/, /graphql/]) {
        world.tableau.fail(fault, at)
        await expect(world.look([path], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
      }
    },
  )

  it('waits as long as it is asked to', async () => {
    const path = source(world.tableau.source('prices', TEN))
    world.tableau.fail({ kind: 'too-many', retryAfter: '7' }, /^\/datasources/)
    expect(await world.look([path])).toMatchObject([refreshedAt(TEN)])
    expect(world.clock.waits).toContain(7000)
  })
})

describe('the metadata of Tableau', () => {
  it('are asked for in smaller parts where they are too much, or take too long', async () => {
    const all = Array.from({ length: 40 }, (_, i) => source(world.tableau.source(`s${i}`, TEN)))
    world.tableau.nodesMax = 15
    expect((await world.look(all)).filter(({ ok }) => ok)).toHaveLength(40)
    world.tableau.metadataFault = 'timeout'
    expect((await world.look(all.slice(0, 2))).map((one) => !one.ok && one.publicMessage)).toEqual(
      Array(2).fill(expect.stringMatching(/do not tell of s. yet/)),
    )
  })

  it('are waited for where they are asked too often, and not for ever', async () => {
    const path = source(world.tableau.source('prices', TEN))
    world.tableau.metadataFault = 'busy'
    await expect(world.look([path])).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('RATE_EXCEEDED') })
    expect(world.clock.waits).toEqual([10_000, 10_000, 10_000])
    world.clock.meanwhile = async () => {
      world.tableau.metadataFault = undefined
    }
    expect(await world.look([path])).toMatchObject([refreshedAt(TEN)])
  })

  it.each(['building', 'filtered'] as const)('tell times all the same while a part of them is missing: %s', async (fault) => {
    const path = source(world.tableau.source('prices', TEN))
    world.tableau.metadataFault = fault
    expect(await world.look([path])).toMatchObject([refreshedAt(TEN)])
  })

  it('are refused where they fail in an answer that looks like a good one, without its words', async () => {
    const path = source(world.tableau.source('prices', TEN))
    world.tableau.metadataFault = 'broken'
    const failed: unknown = await world.look([path]).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'refused', publicMessage: expect.stringMatching(/looks like a good one/) })
    expect(String(failed)).not.toContain('Ada')
  })

  it.each(['off', 'denied', 'not-found'] as const)('are done without where they are not to be had: %s', async (fault) => {
    const [prices, never, live] = [
      world.tableau.source('prices', NOW),
      world.tableau.source('never', NOW),
      world.tableau.source('live', null),
    ]
    const board = world.tableau.workbook('Board', [], [extractAt(NOW)])
    world.tableau.ran(prices, '2026-11-29T09:00:00Z')
    world.tableau.ran(prices, TEN, { title: null, jobType: 'increment_extracts' })
    world.tableau.ran(prices, ELEVEN, { status: 'Failed', finishCode: 1 })
    world.tableau.ran(prices, ELEVEN, { jobType: 'run_flow' })
    world.tableau.ran(board, ELEVEN)
    world.tableau.metadataFault = fault
    world.tableau.heedsFilters = false
    const seen = await world.look([source(prices), workbook(board), source(never), source(live)])
    expect(seen.toSorted((a, b) => a.assetKey.localeCompare(b.assetKey))).toMatchObject([
      refreshedAt(TEN, { evidence: { strength: 'strong', detail: 'The end of its last refresh that succeeded.' } }),
      {
        ok: false,
        lasting: 'no-time',
        publicMessage: expect.stringMatching(/lists no refresh of never .*in 30 days\. .*tells nothing by its Metadata API/),
      },
      { ok: false, lasting: 'no-time', publicMessage: expect.stringMatching(/asks its database live/) },
      refreshedAt(ELEVEN),
    ])
  })
})

describe('a connection to Tableau', () => {
  const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)

  it('says what there is, or why nobody gets in, without its secret', async () => {
    world.tableau.workbook('Board', [world.tableau.source('prices', TEN)])
    expect(await check()).toMatchObject({ ok: true, detail: 'Tableau 2025.1.4 lets us in; it shows 1 data source and 1 workbook.' })
    world.tableau.metadataFault = 'off'
    expect(await check()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/switched off on the server.*So what they are made from is not known\.$/),
    })
    for (const own of [{ tokenSecret: 'other-than-that' }, { site: 'other' }, { api: '3.4' }]) {
      const refused = await check(own)
      expect(refused).toMatchObject({ ok: false, detail: expect.stringMatching(/\(HTTP 40[14]\)/) })
      expect(JSON.stringify(refused)).not.toContain('other-than-that')
    }
  })

  it.each([
    ['prices', {}, { at: [] }],
    [`datasources/${GONE}/views/${GONE}`, {}, { at: [] }],
    [`workbooks/${GONE}/views/${GONE}`, LIVE, { at: ['live'] }],
    [`workbooks/${GONE}/views/${GONE}`, {}, null],
    [`datasources/${GONE}`, LIVE, null],
  ])('refuses what stands under an asset and does not go with its path: %s %j', (path, settings, refused) => {
    const problem = tableauConnector.refuseAsset?.({ path, settings })
    if (refused === null) expect(problem).toBeNull()
    else expect(problem).toMatchObject(refused)
  })

  it('knows a clock of extracts alone', () => {
    const hasClock = (path: string, settings = {}) => tableauConnector.hasClock?.({ path, settings })
    expect([hasClock(`datasources/${GONE}`), hasClock(`workbooks/${GONE}`)]).toEqual([true, true])
    expect([hasClock(`datasources/${GONE}`, LIVE), hasClock(`workbooks/${GONE}/views/${GONE}`)]).toEqual([false, false])
  })
})
