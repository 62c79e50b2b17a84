import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Listed } from '#demo/startup/tableau/things.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { beginTableauWorld, type TableauWorld } from '#lib/testing/connectors/tableau-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')
const GONE = '00000000-0000-0000-0000-000000000000'
const GOING_ON = { status: 'InProgress', endedAt: null, finishCode: null } as const

let world: TableauWorld
let prices: Listed
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
beforeEach(async () => {
  world = await beginTableauWorld(NOW)
  prices = world.tableau.source('prices', TEN)
  mayHaveBegun = null
})
afterEach(() => world.end())

const runs = () => world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []))
const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, job = `datasources/${prices.id}`) =>
  world.ask(async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }))
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.tableau.requests.filter((line) => line.endsWith('/refresh'))

describe('the refreshes of Tableau', () => {
  it('are told with their ends and in its own words, of data sources and of workbooks', async () => {
    const board = world.tableau.workbook('Board', [])
    const failed = world.tableau.ran(prices, TEN, { status: 'Failed', finishCode: 1, notes: 'Column "price" does not exist.' })
    world.tableau.ran(prices, '2026-11-29T08:00:00Z')
    world.tableau.ran(board, TEN)
    const ended = { scheduledAt: null, startedAt: Date.parse(TEN), endedAt: Date.parse(TEN), rows: null, url: null }
    expect(await runs()).toEqual([
      { job: `datasources/${prices.id}`, jobName: 'prices', externalId: failed.id, state: 'failed', error: failed.notes, ...ended },
      { job: `workbooks/${board.id}`, jobName: 'Board', externalId: world.tableau.jobs[2]?.id, state: 'completed', error: null, ...ended },
    ])
  })

  it.each([
    [0, 'completed', null],
    [3, 'completed', null],
    [1, 'failed', 'Tableau does not say why.'],
    [2, 'cancelled', null],
  ] as const)('that end with the code %i are %s', async (finishCode, state, error) => {
    world.tableau.ran(prices, TEN, { finishCode, notes: null, status: 'Failed' })
    expect(await runs()).toMatchObject([{ state, error, endedAt: Date.parse(TEN) }])
  })

  it('that wait or go on are told however long, those of flows and subscriptions not at all', async () => {
    world.tableau.ran(prices, '2026-11-20T08:00:00Z', GOING_ON)
    world.tableau.ran(prices, TEN, { ...GOING_ON, status: 'Pending', startedAt: null, jobType: 'refresh_extracts_via_bridge' })
    world.tableau.ran(prices, TEN, { jobType: 'single_subscription_notify' })
    expect(await runs()).toMatchObject([
      { state: 'running', startedAt: Date.parse('2026-11-20T08:00:00Z'), endedAt: null },
      { state: 'scheduled', startedAt: null, endedAt: null },
    ])
    world.tableau.heedsFilters = false
    expect(new Set((await runs()).map(({ externalId }) => externalId)).size).toBe(2)
  })

  it('are told all, page by page, but for one that is gone since it was listed or ended as nobody knows', async () => {
    for (let i = 0; i < 60; i++) world.tableau.ran(prices, new Date(SINCE + i * 1000).toISOString())
    world.tableau.ran(prices, TEN, { finishCode: 9 })
    world.tableau.pageMax = 25
    expect(new Set((await runs()).map(({ externalId }) => externalId)).size).toBe(60)
    const [first] = world.tableau.jobs
    Object.assign(first ?? {}, { of: { id: prices.id, name: 'prices' }, kind: 'flow' })
    expect(await runs()).toHaveLength(59)
  })

  it('are refused where the list breaks off, or where the account may not see them', async () => {
    world.tableau.ran(prices, TEN)
    world.tableau.fail({ kind: 'cut-off' }, /^\/jobs$/)
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
    world.tableau.isAdmin = false
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringMatching(/see its jobs .*site administrators/) })
  })
})

it('a refresh of Tableau that was told to stop goes on until it has stopped, and then is cancelled', async () => {
  const { id } = world.tableau.ran(prices, TEN, GOING_ON)
  world.tableau.stopsAtOnce = false
  const unwanted = { externalId: id, key: 'run-1', triedAt: null }
  const cancel = () => world.ask(async (session) => session.cancel?.(`datasources/${prices.id}`, unwanted))
  expect(await cancel()).toEqual({ answer: 'told', externalId: id })
  expect(await runs()).toMatchObject([{ externalId: id, state: 'running' }])
  world.tableau.stopsAtOnce = true
  expect(await cancel()).toEqual({ answer: 'told', externalId: id })
  expect(await runs()).toMatchObject([{ externalId: id, state: 'cancelled', error: null }])
})

describe('a refresh of Tableau that is wanted', () => {
  it('is queued, and taken up while it waits or goes on', async () => {
    world.tableau.ran(prices, TEN)
    expect(await start()).toMatchObject({
      job: `datasources/${prices.id}`,
      jobName: 'prices',
      externalId: world.tableau.jobs[1]?.id,
      state: 'scheduled',
    })
    expect(mayHaveBegun).toBe(true)
    expect(await start({ key: 'order-2/1' })).toMatchObject({ externalId: world.tableau.jobs[1]?.id })
    Object.assign(world.tableau.jobs[1] ?? {}, { status: 'InProgress', startedAt: NOW })
    expect(await start({ key: 'order-3/1' })).toMatchObject({ externalId: world.tableau.jobs[1]?.id, state: 'running' })
    expect(starts()).toHaveLength(1)
  })

  it('of a workbook is queued for the workbook', async () => {
    const board = world.tableau.workbook('Board', [], [{ hasExtracts: true }])
    expect(await start({}, `workbooks/${board.id}`)).toMatchObject({ job: `workbooks/${board.id}`, jobName: 'Board' })
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'is queued once where the answer is lost: %s',
    async (kind) => {
      world.tableau.ran(prices, TEN)
      world.tableau.fail({ kind }, /refresh$/)
      expect(await start()).toMatchObject({ externalId: world.tableau.jobs[1]?.id })
      expect(starts()).toHaveLength(1)
    },
  )

  it('of whose start nobody can tell is looked for by the next try, also where it has ended since', async () => {
    world.tableau.fail({ kind: 'started-and-html-page' }, /refresh$/)
    const lost = start({ noteTry: async () => world.tableau.fail({ kind: 'server-error' }, /^\/jobs$/) })
    expect(await wordsOf(lost)).toBe('Tableau (tableau) did not tell whether it has started the refresh of prices. true')
    Object.assign(world.tableau.jobs[0] ?? {}, { status: 'Success', startedAt: NOW, endedAt: NOW, finishCode: 0 })
    // It keeps when a job was made to the second.
    expect(await start({ triedAt: Date.parse(NOW) + 400 })).toMatchObject({ externalId: world.tableau.jobs[0]?.id, state: 'completed' })
    expect(starts()).toHaveLength(1)
  })

  it('waits while an earlier try may have begun one that is not listed yet', async () => {
    world.tableau.ran(prices, '2026-11-29T11:59:30Z')
    expect(await wordsOf(start({ triedAt: Date.parse(NOW) }))).toMatch(/may have started the refresh of prices already.* true$/)
    expect(starts()).toEqual([])
  })

  it('is taken up where somebody queues one in between, and asked for again while one goes on that began too early', async () => {
    await start({
      noteTry: async (now) => void (now && world.tableau.ran(prices, NOW, { ...GOING_ON, status: 'Pending', startedAt: null })),
    })
    expect(world.tableau.jobs).toHaveLength(1)
    Object.assign(world.tableau.jobs[0] ?? {}, { status: 'InProgress', startedAt: TEN })
    expect(await wordsOf(start({ since: Date.parse(NOW) }))).toMatch(
      /has queued a refresh of prices already, and queues no other .HTTP 409.. true$/,
    )
    expect(mayHaveBegun).toBe(false)
  })

  it.each([
    ['datasources/12', {}, {}, /is neither: write datasources/],
    [`datasources/${GONE}`, {}, {}, /does not show the data source .*there is none, or not to us/],
    [null, { parameters: { day: 1 } }, {}, /take no parameters from here/],
    [null, {}, { hasExtracts: 'false' }, /prices of Tableau .tableau. has no extract that could be refreshed/],
    [null, {}, { isBlocked: true }, /does not refresh prices .HTTP 409.: .*operation is not allowed/],
  ])('that cannot be says why, and that another try does not help: %s %j %j', async (job, wanted, own, words) => {
    Object.assign(prices, own)
    const said = await wordsOf(start(wanted, job ?? `datasources/${prices.id}`))
    expect(said).toMatch(words)
    expect(said).toMatch(/ false$/)
    expect(world.tableau.jobs).toEqual([])
  })

  it('that the account may not ask for says what it needs', async () => {
    world.tableau.fail({ kind: 'too-many', retryAfter: '7' }, /refresh$/)
    const noteTry = async () => {
      world.tableau.isAdmin = false
    }
    expect(await wordsOf(start({ noteTry }))).toMatch(/does not let us refresh prices .HTTP 403..* site administrator. false$/)
    expect(world.clock.waits).toContain(7000)
  })
})
