import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { extractAt } from '#demo/startup/tableau.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { foundUntilEnd } from '#lib/testing/connectors/ask-once.ts'
import { beginTableauWorld, type TableauWorld } from '#lib/testing/connectors/tableau-world.ts'

const TEN = '2026-11-29T10:00:00Z'
const PRICES = { name: 'prices', schema: 'sales', fullName: '[sales].[prices]', database: { name: 'Warehouse' } }
const TERMS = { name: 'terms', schema: '', fullName: '', database: null }

let world: TableauWorld
beforeEach(async () => {
  world = await beginTableauWorld('2026-11-29T12:00:00Z')
})
afterEach(() => world.end())

const discover = (own: Record<string, unknown> = {}) =>
  world.ask(async (session) => Array.fromAsync<Found>(session.discover?.('UTC') ?? []), own)

describe('what is found in Tableau', () => {
  it('are data sources with the tables they read, workbooks made from them, and views below these', async () => {
    const prices = world.tableau.source('prices', TEN, { upstreamTables: [PRICES, TERMS, PRICES] })
    const board = world.tableau.workbook('Board', [prices], [{ ...extractAt(TEN), upstreamTables: [TERMS] }])
    const view = world.tableau.view('Sheet', board)
    expect(await discover({ namespaces: { Warehouse: 'postgres://db' } })).toMatchObject([
      {
        ...{ path: `datasources/${prices.id}`, job: `datasources/${prices.id}`, kind: 'consumer', name: 'prices', group: 'Sales' },
        ...{ owner: 'Ada Byron', url: 'https://tableau.example.edu/#/prices', settings: {}, policy: null, gaps: [] },
        upstream: [
          { name: '[sales].[prices]', namespace: 'postgres://db', hint: 'bi' },
          { name: 'terms', hint: 'bi' },
        ],
      },
      {
        ...{ path: `workbooks/${board.id}`, job: `workbooks/${board.id}`, settings: {}, policy: null, gaps: [] },
        upstream: [
          { path: `datasources/${prices.id}`, hint: 'bi' },
          { name: 'terms', hint: 'bi' },
        ],
        labels: { folder: 'Sales', dashboard: 'Board' },
      },
      {
        ...{ path: `workbooks/${board.id}/views/${view.id}`, policy: { input: { kind: 'upstream' } } },
        ...{ labels: { folder: 'Sales', dashboard: 'Board', view: 'Sheet' }, url: `${world.url}/#/site/finance/views/Board/Sheet` },
        upstream: [{ path: `workbooks/${board.id}`, hint: 'bi' }],
      },
    ])
  })

  it('is live where it has no extract of its own: as fresh as what it is made from, and written by no job', async () => {
    const live = world.tableau.source('prices', null, { upstreamTables: [PRICES] })
    world.tableau.workbook('Board', [live])
    const found = { settings: { live: true }, job: null, policy: { input: { kind: 'upstream' } } }
    expect(await discover()).toMatchObject([found, found])
  })

  it.each([
    ['reads by SQL of its own', { upstreamTables: [PRICES], containsUnsupportedCustomSql: true }, undefined, [/does not follow/]],
    ['names no table', {}, undefined, [/names nothing that it reads/]],
    ['is seen in part by our account', { upstreamTables: [PRICES] }, 'filtered', [/only what the account of our token may see/]],
    ['is looked at while the metadata are built', { upstreamTables: [PRICES] }, 'building', [/still building/]],
    ['is found without metadata', { upstreamTables: [PRICES] }, 'off', [/tells nothing by its Metadata API: it is switched off/]],
  ] as const)('says what is not known of its origin where it %s', async (_, told, fault, gaps) => {
    world.tableau.source('prices', TEN, told)
    world.tableau.metadataFault = fault
    const [found] = await discover()
    expect(found?.gaps).toEqual(gaps.map((words) => expect.stringMatching(words)))
  })

  it('is told in smaller parts where it is too much, and says of one that is too much alone that only a part of it is known', async () => {
    for (let i = 0; i < 9; i++) world.tableau.source(`s${i}`, TEN, { upstreamTables: [PRICES] })
    world.tableau.source('wide', TEN, { upstreamTables: Array.from({ length: 30 }, () => PRICES) })
    world.tableau.nodesMax = 20
    const found = await discover()
    expect(found.filter(({ upstream }) => upstream.length > 0)).toHaveLength(9)
    expect(found.at(-1)).toMatchObject({ name: 'wide', upstream: [], gaps: [expect.stringMatching(/only a part/)] })
  })

  it('is nothing where an answer is cut', async () => {
    world.tableau.source('prices', TEN)
    world.tableau.fail({ kind: 'cut-off' }, /graphql/)
    await expect(discover()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle') })
  })

  it('is all the rest where one is told without sense, in a list or in the metadata, and not as if it were all', async () => {
    world.tableau.source('odd', TEN, {}, { name: 7 })
    world.tableau.source('terms', TEN, { upstreamTables: 'all' })
    const board = world.tableau.workbook('Board', [world.tableau.source('prices', TEN)])
    Object.assign(world.tableau.view('Odd', board), { contentUrl: 7 })
    const view = world.tableau.view('Sheet', board)
    const { paths, problem } = await world.ask((session) => foundUntilEnd(session.discover?.('UTC') ?? []))
    expect(paths).toEqual([
      `datasources/${world.tableau.datasources[2]?.id}`,
      `workbooks/${board.id}`,
      `workbooks/${board.id}/views/${view.id}`,
    ])
    expect(problem).toMatch(/^3 of \d+ cannot be read: .* is not as Tableau writes it .name.\.$/)
  })
})
