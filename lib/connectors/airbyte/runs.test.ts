import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { type AirbyteWorld, beginAirbyteWorld } from '#lib/testing/connectors/airbyte-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00Z'
const SINCE = Date.parse('2026-11-29T09:00:00Z')

let world: AirbyteWorld
let prices: ReturnType<AirbyteWorld['airbyte']['connect']>
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
beforeEach(async () => {
  world = await beginAirbyteWorld(NOW)
  prices = world.airbyte.connect('prices')
  mayHaveBegun = null
})
afterEach(() => world.end())

const runs = (own: Record<string, unknown> = {}) =>
  world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(SINCE) ?? []), own)
const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = prices.connectionId) =>
  world.ask(
    async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }),
    own,
  )
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const starts = () => world.airbyte.requests.filter((line) => line === 'POST /jobs')

describe('the syncs of Airbyte', () => {
  it('are told with their ends, their rows and the page of their connection', async () => {
    world.airbyte.ran(prices, TEN, { lastUpdatedAt: '2026-11-29T10:04:05Z' })
    world.airbyte.ran(prices, '2026-11-29T08:00:00Z')
    expect(await runs()).toEqual([
      {
        job: prices.connectionId,
        jobName: 'prices',
        externalId: '1',
        state: 'completed',
        scheduledAt: null,
        startedAt: Date.parse(TEN),
        endedAt: Date.parse('2026-11-29T10:04:05Z'),
        error: null,
        rows: 100,
        url: `${world.url.replace('/api/public/v1', '')}/workspaces/w1/connections/${prices.connectionId}`,
      },
    ])
  })

  it.each([
    ['succeeded', 'completed', Date.parse(TEN)],
    ['failed', 'failed', Date.parse(TEN)],
    ['cancelled', 'cancelled', Date.parse(TEN)],
    ['pending', 'scheduled', null],
    ['queued', 'scheduled', null],
    ['running', 'running', null],
    ['incomplete', 'running', null],
  ] as const)('that are %s are %s', async (status, state, endedAt) => {
    world.airbyte.ran(prices, TEN, { status })
    expect(await runs()).toMatchObject([
      { state, endedAt, error: state === 'failed' ? expect.stringContaining('its page has the log') : null },
    ])
  })

  it.each(['pending', 'queued', 'running', 'incomplete'])('that are %s are told however long nothing moved', async (status) => {
    world.airbyte.ran(prices, '2026-11-20T08:00:00Z', { status })
    world.airbyte.ran(prices, '2026-11-20T09:00:00Z')
    world.airbyte.ran(prices, TEN)
    expect((await runs()).map(({ externalId }) => externalId)).toEqual(['1', '3'])
  })

  it('may be a refresh, which loads, too, or a clear or reset, which takes away what was loaded', async () => {
    world.airbyte.ran(prices, TEN, { jobType: 'refresh', status: 'running', lastUpdatedAt: null })
    world.airbyte.ran(prices, TEN, { jobType: 'clear' })
    world.airbyte.ran(prices, TEN, { jobType: 'reset' })
    for (const status of ['failed', 'running']) world.airbyte.ran(prices, TEN, { jobType: 'clear', status })
    const emptied = { state: 'completed', endedAt: Date.parse(TEN), empties: true, writes: [], rows: null }
    expect(await runs()).toMatchObject([
      { externalId: '1', state: 'running', jobType: 'refresh' },
      { ...emptied, externalId: '2', jobType: 'clear', error: expect.stringMatching(/^A clear at .* took away what prices had loaded/) },
      { ...emptied, externalId: '3', jobType: 'reset' },
    ])
    world.airbyte.types = ['sync']
    expect(await runs()).toEqual([])
  })

  it('that are of another workspace, or in a state nobody knows, are left out', async () => {
    world.airbyte.ran(prices, TEN, { jobType: 'clear', status: 'failed' })
    world.airbyte.ran(prices, TEN, { status: 'dreaming' })
    world.airbyte.ran(world.airbyte.connect('people', { workspaceId: 'w2' }), TEN)
    const { jobId } = world.airbyte.ran(prices, TEN)
    world.airbyte.heedsFilters = false
    expect(await runs({ workspaces: ['w1'] })).toMatchObject([{ externalId: String(jobId) }])
  })

  it('are told all, page by page, or the list is refused where it breaks off', async () => {
    for (let i = 0; i < 250; i++) world.airbyte.ran(prices, new Date(SINCE + i * 1000).toISOString())
    expect(new Set((await runs()).map(({ externalId }) => externalId)).size).toBe(250)
    world.airbyte.failAt('GET /jobs', { kind: 'cut-off' })
    await expect(runs()).rejects.toMatchObject({ publicMessage: expect.stringContaining('in the middle of its answer') })
  })
})

describe('a sync of Airbyte that is wanted', () => {
  it('begins, and is taken up while it goes on', async () => {
    world.airbyte.ran(prices, TEN)
    const begun = await start()
    expect(begun).toMatchObject({ job: prices.connectionId, externalId: '2', state: 'running' })
    expect(mayHaveBegun).toBe(true)
    expect(await start({ key: 'order-2/1' })).toMatchObject({ externalId: '2' })
    expect(starts()).toHaveLength(1)
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'begins once where the answer is lost: %s',
    async (kind) => {
      world.airbyte.ran(prices, TEN)
      world.airbyte.failAt('POST /jobs', { kind })
      expect(await start()).toMatchObject({ externalId: '2' })
      expect(starts()).toHaveLength(1)
    },
  )

  it('of whose start nobody can tell is looked for by the next try, also where it has ended since', async () => {
    world.airbyte.failAt('POST /jobs', { kind: 'started-and-html-page' })
    const lost = start({ noteTry: async () => world.airbyte.failAt('GET /jobs', { kind: 'server-error' }) })
    expect(await wordsOf(lost)).toBe('Airbyte (airbyte) did not tell whether it has started the sync of prices. true')
    Object.assign(world.airbyte.jobs[0] ?? {}, { status: 'succeeded' })
    expect(await start({ triedAt: Date.parse(NOW) })).toMatchObject({ externalId: '1', state: 'completed' })
    expect(starts()).toHaveLength(1)
  })

  it('waits while an earlier try may have begun one that is not listed yet; a sync from before the try is not that', async () => {
    world.airbyte.ran(prices, '2026-11-29T11:59:30Z')
    expect(await wordsOf(start({ triedAt: Date.parse(NOW) }))).toMatch(/may have started the sync of prices already.* true$/)
    expect(starts()).toEqual([])
    expect(await start({ triedAt: Date.parse(NOW) - 600_000 })).toMatchObject({ externalId: '1' })
  })

  it('is asked for again while one goes on that began too early', async () => {
    world.airbyte.ran(prices, TEN, { status: 'running' })
    expect(await wordsOf(start({ since: Date.parse(NOW) }))).toMatch(
      /starts no sync of prices while another job of it goes on .HTTP 409.. true$/,
    )
    expect(mayHaveBegun).toBe(false)
    Object.assign(world.airbyte.jobs[0] ?? {}, { status: 'succeeded' })
    expect(await start({ since: Date.parse(NOW) })).toMatchObject({ externalId: '2' })
  })

  it('is the refresh that goes on', async () => {
    world.airbyte.ran(prices, TEN)
    world.airbyte.ran(prices, TEN, { jobType: 'refresh', status: 'running', lastUpdatedAt: null })
    expect(await start()).toMatchObject({ externalId: '2', state: 'running' })
    expect(starts()).toEqual([])
  })

  it('that cannot begin says why and what to do, and that another try does not help', async () => {
    expect(await wordsOf(start({}, {}, 'prices'))).toBe(
      'Airbyte (airbyte) has no connection prices, or none that this account may see. false',
    )
    expect(await wordsOf(start({}, { workspaces: ['w2'] }))).toMatch(/in the workspaces of the catalogue.* false$/)
    expect(await wordsOf(start({ parameters: { day: 1 } }))).toBe('Syncs of Airbyte (airbyte) take no parameters from here. false')
    world.airbyte.mayRun = false
    expect(await wordsOf(start())).toMatch(/does not let us start prices .HTTP 403.. Give the account the right to run syncs. false$/)
    expect(mayHaveBegun).toBe(false)
    prices.status = 'inactive'
    expect(await wordsOf(start())).toBe('prices is inactive in Airbyte (airbyte), so no sync of it begins. Enable it there. false')
    expect(world.airbyte.jobs).toEqual([])
  })
})
