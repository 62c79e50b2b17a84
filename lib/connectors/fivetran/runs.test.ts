import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import type { ExternalRun, KnownRun } from '#lib/domain/runs/external-run.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { beginFivetranWorld, type FivetranWorld } from '#lib/testing/connectors/fivetran-world.ts'

const NOW = '2026-11-29T12:00:00Z'
const NOON = Date.parse(NOW)
const TEN = '2026-11-29T10:00:00.123456Z'
const TEN_AT = Date.parse('2026-11-29T10:00:00.123Z')
const ELEVEN = '2026-11-29T11:00:00.000000Z'
const LATER = '2026-11-29T12:00:30.000000Z'
const AFTER_TEN = 'prices/after 2026-11-29T10:00:00.123Z'
const BROKEN = { setup_state: 'broken', tasks: [{ code: 'reconnect', message: 'Reconnect your account.', details: 'none' }] }
const SYNCING = { status: { sync_state: 'syncing' } }
const PUT_OFF = { status: { sync_state: 'rescheduled', rescheduled_for: '2026-11-29T14:00:00Z' } }

let world: FivetranWorld
/** Whether a run may have begun, as it was noted. */
let mayHaveBegun: boolean | null = null
beforeEach(async () => {
  world = await beginFivetranWorld(NOW)
  mayHaveBegun = null
})
afterEach(() => world.end())

const runs = () => world.ask(async (session) => Array.fromAsync<ExternalRun>(session.runs?.(Date.parse('2026-11-29T09:00:00Z')) ?? []))
const noteTry = async (now: boolean) => {
  mayHaveBegun = now
}
const start = (wanted: Partial<WantedJobRun> = {}, own: Record<string, unknown> = {}, job = 'prices') =>
  world.ask(
    async (session) => session.start?.(job, { parameters: {}, key: 'order-1/1', since: null, triedAt: null, noteTry, ...wanted }),
    own,
  )
const wordsOf = (asked: Promise<unknown>) => asked.then(String, ({ publicMessage, retryable }) => `${publicMessage} ${retryable}`)
const know = (own: Partial<KnownRun> = {}) =>
  world.known.push({ job: 'prices', externalId: AFTER_TEN, attempt: 1, state: 'running', startedAt: null, endedAt: null, ...own })

describe('the syncs of Fivetran', () => {
  it('are the last that succeeded and the last that failed, where nobody saw them begin, each known by its end', async () => {
    world.fivetran.connect('prices', TEN, { failed_at: ELEVEN, status: BROKEN })
    const shared = { job: 'prices', jobName: 'sheets.prices', startedAt: null }
    const failed = { ...shared, externalId: 'prices/failed 2026-11-29T11:00:00.000Z', state: 'failed', error: 'Reconnect your account.' }
    expect(await runs()).toMatchObject([
      { ...shared, externalId: 'prices/completed 2026-11-29T10:00:00.123Z', state: 'completed', endedAt: TEN_AT, error: null },
      failed,
    ])
    world.fivetran.turn('prices', { status: { tasks: [], warnings: [{ code: 'slow', message: 'The source is slow.' }] } })
    expect(await runs()).toMatchObject([{}, { ...failed, error: 'The source is slow.' }])
  })

  it('that failed before the last success are not given the words of today', async () => {
    world.fivetran.connect('prices', ELEVEN, { failed_at: TEN, status: BROKEN })
    expect(await runs()).toMatchObject([{ state: 'failed', error: 'Fivetran does not say why.' }, { state: 'completed' }])
  })

  it('that ended before are none, and one that goes on is, whoever began it', async () => {
    world.fivetran.connect('prices', '2026-11-29T08:00:00Z', { failed_at: '2026-11-29T07:00:00Z' })
    expect(await runs()).toEqual([])
    world.fivetran.turn('prices', SYNCING)
    world.fivetran.connect('terms', null, SYNCING)
    expect(await runs()).toMatchObject([
      { job: 'prices', externalId: 'prices/after 2026-11-29T08:00:00.000Z', state: 'running', startedAt: null, error: null },
      { job: 'terms', externalId: 'terms/after nothing', state: 'running' },
    ])
  })

  it.each([
    ['succeeded', { succeeded_at: ELEVEN }, 'completed', null],
    ['failed', { failed_at: ELEVEN, status: BROKEN }, 'failed', 'Reconnect your account.'],
  ] as const)('that were seen to go on end as one that has %s, once, while the next one goes on', async (_, own, state, error) => {
    know()
    world.fivetran.connect('prices', TEN, SYNCING)
    expect(await runs()).toMatchObject([{ state: 'completed' }, { externalId: AFTER_TEN, state: 'running' }])
    world.fivetran.turn('prices', own)
    const ended = { externalId: AFTER_TEN, state, endedAt: Date.parse(ELEVEN), error }
    const next = { externalId: 'prices/after 2026-11-29T11:00:00.000Z', state: 'running' }
    expect((await runs()).filter(({ externalId }) => !externalId.includes('completed'))).toMatchObject([ended, next])
    Object.assign(world.known[0] ?? {}, { state, endedAt: Date.parse(ELEVEN) - 2 * SECOND_MS })
    expect((await runs()).filter(({ externalId }) => !externalId.includes('completed'))).toMatchObject([ended, next])
  })

  it('of which two ended between two looks: the one that went on ended first', async () => {
    know()
    world.fivetran.connect('prices', '2026-11-29T11:30:00Z', { failed_at: ELEVEN })
    expect(await runs()).toMatchObject([
      { externalId: AFTER_TEN, state: 'failed', endedAt: Date.parse(ELEVEN) },
      { externalId: 'prices/completed 2026-11-29T11:30:00.000Z', state: 'completed' },
    ])
  })

  it.each([
    ['by itself', {}, 'Fivetran has put this sync off until 2026-11-29 14:00 UTC. It goes on by itself.'],
    ['asked for', { schedule_type: 'manual' }, /14:00 UTC\. Its schedule is manual: it goes on when somebody asks for it again\.$/],
  ] as const)('that are put off wait, and say until when and that they go on %s', async (_, own, words) => {
    const error = typeof words === 'string' ? words : expect.stringMatching(words)
    world.fivetran.connect('prices', '2026-11-29T08:00:00Z', { ...PUT_OFF, ...own })
    expect(await runs()).toMatchObject([{ state: 'scheduled', error }])
    know({ externalId: 'prices/after 2026-11-29T08:00:00.000Z' })
    expect(await runs()).toMatchObject([{ state: 'running', error }])
  })

  it('that somebody paused are told no more, and go on as another attempt', async () => {
    know({ startedAt: NOON })
    world.fivetran.connect('prices', TEN, { paused: true, status: { sync_state: 'paused' } })
    expect(await runs()).toMatchObject([{ state: 'completed' }])
    Object.assign(world.known[0] ?? {}, { state: 'cancelled', endedAt: NOON })
    world.fivetran.turn('prices', { paused: false, ...SYNCING })
    expect(await runs()).toMatchObject([{ state: 'completed' }, { externalId: AFTER_TEN, attempt: 2, state: 'running' }])
  })

  it('of one connection that is told without sense are none but the one that goes on, with a warning, those of the others are told', async () => {
    world.fivetran.connect('terms', 'yesterday')
    know({ job: 'terms', externalId: 'terms/after nothing', startedAt: NOON })
    know({ job: 'terms', externalId: 'terms/after 1', state: 'failed', endedAt: NOON })
    world.fivetran.connect('prices', TEN)
    expect(await runs()).toMatchObject([
      { externalId: 'terms/after nothing', state: 'running', startedAt: NOON },
      { job: 'prices', state: 'completed' },
    ])
    expect(world.warned).toEqual([
      expect.objectContaining({ connection: 'terms', because: expect.stringContaining('not as Fivetran writes it (succeeded_at)') }),
    ])
  })
})

describe('a sync of Fivetran that is wanted', () => {
  it('begins, named by the end before it, and is taken up while it goes on, however often it is wanted', async () => {
    world.fivetran.connect('prices', TEN)
    expect(await start()).toMatchObject({ job: 'prices', externalId: AFTER_TEN, state: 'running', startedAt: NOON, attempt: 1 })
    expect(mayHaveBegun).toBe(true)
    const others = await Promise.all(['order-2/1', 'order-3/1'].map((key) => start({ key })))
    expect(others).toMatchObject([{ externalId: AFTER_TEN }, { externalId: AFTER_TEN }])
    expect(world.fivetran.begun).toEqual(['prices'])
  })

  it('is asked for by two at once, and begins once', async () => {
    world.fivetran.connect('prices', TEN)
    expect(await Promise.all([start(), start({ key: 'order-2/1' })])).toMatchObject([{ externalId: AFTER_TEN }, { externalId: AFTER_TEN }])
    expect(world.fivetran.begun).toEqual(['prices'])
  })

  it('goes on for a while although Fivetran does not show it yet, and then not', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.showsLate = true
    await start()
    know({ startedAt: NOON })
    world.clock.set(NOON + 9 * MINUTE_MS)
    expect(await runs()).toMatchObject([{ state: 'completed' }, { externalId: AFTER_TEN, state: 'running' }])
    world.clock.set(NOON + 10 * MINUTE_MS)
    expect(await runs()).toMatchObject([{ state: 'completed' }])
  })

  it.each(['started-and-cut-off', 'started-and-html-page', 'started-and-503', 'started-and-408'] as const)(
    'begins once where the answer is lost: %s',
    async (kind) => {
      world.fivetran.connect('prices', TEN)
      world.fivetran.fail({ kind }, /^POST/)
      expect(await start()).toMatchObject({ externalId: AFTER_TEN })
      expect(world.fivetran.begun).toEqual(['prices'])
    },
  )

  it('whose worker died between asking and noting is found by the next try: going on, shown late, or ended since', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.showsLate = true
    await start()
    const again = () => start({ triedAt: NOON })
    expect(await wordsOf(again())).toMatch(/may have started the sync of sheets.prices already.* true$/)
    world.fivetran.show()
    expect(await again()).toMatchObject({ externalId: AFTER_TEN, state: 'running' })
    world.fivetran.end('prices', 'failed_at', LATER)
    expect(await again()).toMatchObject({ externalId: 'prices/failed 2026-11-29T12:00:30.000Z', state: 'failed' })
    know()
    expect(await again()).toMatchObject({ externalId: AFTER_TEN, state: 'failed' })
    expect(world.fivetran.begun).toEqual(['prices'])
  })

  it('has not ended because one ended before the try, whatever the clock of Fivetran shows', async () => {
    world.fivetran.connect('prices', LATER)
    know({ state: 'completed', externalId: 'prices/completed 2026-11-29T12:00:30.000Z', endedAt: NOON - SECOND_MS })
    expect(await wordsOf(start({ triedAt: NOON }))).toMatch(/ true$/)
    world.clock.set(NOON + 2 * MINUTE_MS)
    expect(await start({ triedAt: NOON })).toMatchObject({ externalId: 'prices/after 2026-11-29T12:00:30.000Z' })
  })

  it('goes on after a try, although another seems to have ended since by a clock that runs ahead', async () => {
    world.fivetran.connect('prices', LATER, SYNCING)
    expect(await start({ triedAt: NOON })).toMatchObject({ externalId: 'prices/after 2026-11-29T12:00:30.000Z', state: 'running' })
    expect(world.fivetran.begun).toEqual([])
  })

  it('of which nobody can tell whether it began may be asked for again', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.fail({ kind: 'started-and-html-page' }, /^POST/)
    const lost = start({ noteTry: async () => world.fivetran.fail({ kind: 'server-error' }, /prices$/) })
    expect(await wordsOf(lost)).toBe('Fivetran (fivetran) did not tell whether it has started the sync of sheets.prices. true')
  })

  it('that is to begin later than one that goes on waits for the end of that, unless it began in time', async () => {
    world.fivetran.connect('prices', TEN, SYNCING)
    expect(await wordsOf(start({ since: NOON }))).toMatch(/goes on in Fivetran \(fivetran\) that may have begun too early.* true$/)
    expect(await start({ since: TEN_AT })).toMatchObject({ externalId: AFTER_TEN })
    know({ startedAt: NOON })
    expect(await start({ since: NOON })).toMatchObject({ externalId: AFTER_TEN })
    expect(world.fivetran.begun).toEqual([])
  })

  it('that was put off is waited for, or asked for again where its schedule is manual', async () => {
    world.fivetran.connect('prices', TEN, PUT_OFF)
    expect(await start()).toMatchObject({ externalId: AFTER_TEN, state: 'scheduled', error: expect.stringContaining('goes on by itself') })
    world.fivetran.turn('prices', { schedule_type: 'manual' })
    expect(world.fivetran.begun).toEqual([])
    expect(await start()).toMatchObject({ externalId: AFTER_TEN, state: 'running' })
    expect(world.fivetran.begun).toEqual(['prices'])
  })

  it('that cannot begin says why and what to do, that another try does not help, and lets go on nothing that is paused', async () => {
    world.fivetran.connect('prices', TEN)
    const no = 'Fivetran (fivetran) has no connection'
    expect(await wordsOf(start({}, {}, 'gone'))).toBe(`${no} gone, or none that its key may see. false`)
    expect(await wordsOf(start({}, {}, '../x'))).toBe(`${no} ../x, or none that its key may see. false`)
    expect(await wordsOf(start({}, { groups: ['g2'] }))).toBe(
      `${no} prices in the groups of the catalogue, or none that its key may see. false`,
    )
    expect(await wordsOf(start({ parameters: { day: 1 } }))).toBe('Syncs of Fivetran (fivetran) take no parameters from here. false')
    world.fivetran.mayManage = false
    expect(await wordsOf(start())).toMatch(/does not let us start the sync of sheets.prices .HTTP 403.. Give the role of the key .* false$/)
    expect(mayHaveBegun).toBe(false)
    world.fivetran.turn('prices', { status: { setup_state: 'incomplete' } })
    expect(await wordsOf(start())).toMatch(/is not set up to its end in Fivetran .* Finish its setup there. false$/)
    world.fivetran.turn('prices', { paused: true })
    expect(await wordsOf(start())).toBe(
      'sheets.prices is paused in Fivetran (fivetran), so no sync of it begins. Let it go on there. false',
    )
    expect(world.fivetran.begun).toEqual([])
  })
})
