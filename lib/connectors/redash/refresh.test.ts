import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ShownThing } from '#demo/startup/redash.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { beginRedashWorld, type RedashWorld } from '#lib/testing/connectors/redash-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const NOON = Date.parse(NOW)
const TEN = '2026-11-29T10:00:00.123456+00:00'
const LATER = '2026-11-29T12:00:30.000Z'
const LATER_AT = Date.parse(LATER)

let world: RedashWorld
let prices: ShownThing
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
beforeEach(async () => {
  world = await beginRedashWorld(NOW)
  prices = world.redash.ask('Prices', TEN)
  mayHaveBegun = null
})
afterEach(() => world.end())

const runs = () => world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(0) ?? []))
const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = 'queries/1') =>
  world.ask(
    async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }),
    own,
  )
/** What is begun is known from then on. */
async function begin(): Promise<ExternalRun> {
  const run = await start()
  if (run === undefined) throw new Error('nothing was begun')
  world.known.push({ ...run, attempt: 1 })
  return run
}
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const shared = { job: 'queries/1', jobName: 'Prices', url: expect.stringMatching(/\/queries\/1$/) }

describe('a refresh of Redash', () => {
  it('begins, is the same for whoever wants it while it goes on, and ends with the time of its result', async () => {
    const begun = await begin()
    expect(begun).toMatchObject({ ...shared, externalId: `queries/1/${world.redash.jobs[0]?.id}`, state: 'scheduled', startedAt: null })
    expect(mayHaveBegun).toBe(true)
    expect(await Promise.all([start(), start({ key: 'order-2/1' })])).toMatchObject([begun, begun])
    world.redash.turn(prices, 2)
    expect(await runs()).toMatchObject([{ ...shared, externalId: begun.externalId, state: 'running', startedAt: NOON }])
    Object.assign(world.known[0] ?? {}, { state: 'running', startedAt: NOON })
    world.clock.set(NOON + MINUTE_MS)
    world.redash.turn(prices, 3, LATER)
    expect(await runs()).toMatchObject([{ externalId: begun.externalId, state: 'completed', endedAt: LATER_AT, error: null }])
    expect(world.redash.jobs).toHaveLength(1)
  })

  it('of a query that is told without sense goes on as it is known, and the others are followed', async () => {
    const { externalId } = await begin()
    const terms = world.redash.ask('Terms', 'yesterday')
    world.known.unshift({
      job: `queries/${terms.id}`,
      externalId: `queries/${terms.id}/x`,
      attempt: 1,
      state: 'running',
      startedAt: NOON,
      endedAt: null,
    })
    expect(await runs()).toMatchObject([
      { externalId: `queries/${terms.id}/x`, state: 'running', startedAt: NOON },
      { externalId, state: 'scheduled' },
    ])
    expect(world.warned).toHaveLength(1)
  })

  it('that fails says why in the words of Redash', async () => {
    const { externalId } = await begin()
    world.redash.turn(prices, 4, '', 'relation "prices" does not exist')
    expect(await runs()).toMatchObject([{ externalId, state: 'failed', endedAt: NOON, error: 'relation "prices" does not exist' }])
  })

  it.each([
    ['failed', 4, 'Query cancelled by user.', 'cancelled'],
    ['waiting for ever', 1, 'Query execution cancelled.', 'cancelled'],
    ['going on, until its worker sees that it is to stop', 2, 'Query execution cancelled.', 'running'],
    ['cancelled', 5, '', 'cancelled'],
  ] as const)('that somebody cancelled and Redash calls %s is told as it is, and not stopped twice', async (_, status, error, state) => {
    const { externalId } = await begin()
    Object.assign(world.redash.jobs[0] ?? {}, { status, error })
    expect(await runs()).toMatchObject([{ externalId, state }])
    const cancel = () => world.ask(async (session) => session.cancel?.('queries/1', { externalId, key: 'order-1/1', triedAt: null }))
    expect(await cancel()).toEqual({ answer: state === 'running' ? 'told' : 'over', externalId })
    expect(world.redash.requests.filter((line) => line.startsWith('DELETE'))).toEqual([])
  })

  it('that is known by its result alone has ended', async () => {
    const externalId = 'queries/1/result 2026-11-29T12:00:30.000Z'
    const cancel = world.ask(async (session) => session.cancel?.('queries/1', { externalId, key: 'order-1/1', triedAt: null }))
    expect(await cancel).toEqual({ answer: 'over', externalId })
  })

  it('that Redash has forgotten has ended well where there is a result of since then, and is told no more where there is none', async () => {
    await begin()
    Object.assign(world.known[0] ?? {}, { state: 'running', startedAt: NOON })
    world.redash.jobs.pop()
    expect(await runs()).toEqual([])
    prices['retrieved_at'] = LATER
    expect(await runs()).toMatchObject([{ state: 'completed', endedAt: LATER_AT }])
  })

  it('is all that is told: what was not asked for from here is not, and costs no question', async () => {
    expect(await runs()).toEqual([])
    expect(world.redash.requests).toEqual([])
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'begins once where the answer is lost: %s',
    async (kind) => {
      world.redash.fail({ kind }, /refresh$/)
      expect(await start()).toMatchObject({ ...shared, state: 'scheduled' })
      expect(world.redash.jobs).toHaveLength(1)
    },
  )

  it('whose worker died between asking and noting is found by the next try, going on or by its result', async () => {
    await start()
    const again = () => start({ triedAt: NOON })
    expect(await again()).toMatchObject({ externalId: `queries/1/${world.redash.jobs[0]?.id}` })
    world.redash.turn(prices, 3, LATER)
    const made = await again()
    expect(made).toMatchObject({ externalId: 'queries/1/result 2026-11-29T12:00:30.000Z', state: 'completed', endedAt: LATER_AT })
    expect(world.redash.jobs).toHaveLength(1)
    // Until its end is told where runs are listed, it goes on.
    if (made !== undefined) world.known.push({ ...made, attempt: 1, state: 'running', endedAt: null })
    expect(await runs()).toEqual([made])
  })

  it('that is to begin later than one that goes on waits for the end of that', async () => {
    await start()
    world.redash.turn(prices, 2)
    const late = /^A refresh of Prices goes on in Redash .redash. that may have begun too early.* true$/
    expect(await wordsOf(start({ since: NOON }))).toMatch(late)
    expect(mayHaveBegun).toBe(false)
    await begin()
    Object.assign(world.known[0] ?? {}, { state: 'running', startedAt: NOON - MINUTE_MS })
    expect(await wordsOf(start({ since: NOON }))).toMatch(late)
    world.redash.turn(prices, 3, LATER)
    world.known.pop()
    expect(await start({ since: NOON })).toMatchObject({ state: 'scheduled' })
  })

  it('that cannot begin says why and what to do, and whether another try helps', async () => {
    world.redash.ask('Asked', TEN, { options: { parameters: [{ name: 'day' }] } })
    world.redash.ask('Old', TEN, { is_archived: true })
    expect(await wordsOf(start({}, {}, 'dashboards/1'))).toMatch(
      /a dashboard is refreshed by the queries that it shows\. Name .* queries\/7\. false$/,
    )
    expect(await wordsOf(start({}, {}, 'nightly'))).toMatch(/cannot be asked to run nightly: there is no such job\..* false$/)
    expect(await wordsOf(start({}, {}, 'queries/2'))).toBe(
      'Asked asks for parameters in Redash (redash), so it is refreshed there alone. false',
    )
    expect(await wordsOf(start({}, {}, 'queries/3'))).toMatch(/does not list the query 3.* false$/)
    expect(await wordsOf(start({ parameters: { day: 1 } }))).toBe('Queries of Redash (redash) take no parameters from here. false')
    world.redash.mayRefresh = 'paused'
    expect(await wordsOf(start())).toMatch(/does not refresh Prices now .HTTP 400.: … is paused\. Please try later\. true$/)
    world.redash.mayRefresh = false
    expect(await wordsOf(start())).toMatch(
      /does not let its account refresh Prices .HTTP 403.*user who may run queries.*reads alone\. false$/,
    )
    expect(mayHaveBegun).toBe(false)
    expect(world.redash.jobs).toEqual([])
  })
})
