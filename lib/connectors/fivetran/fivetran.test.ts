import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import fivetranConnector from '#lib/connectors/fivetran.ts'
import { foundUntilEnd } from '#lib/testing/connectors/ask-once.ts'
import { beginFivetranWorld, type FivetranWorld } from '#lib/testing/connectors/fivetran-world.ts'
import { spoiltAnswers } from '#lib/testing/connectors/spoilt-answers.ts'

const NOW = '2026-11-29T12:00:00Z'
const TEN = '2026-11-29T10:00:00.123456Z'
const TEN_AT = Date.parse('2026-11-29T10:00:00.123Z')
const ELEVEN = '2026-11-29T11:00:00.000000Z'
const BROKEN = { setup_state: 'broken', tasks: [{ code: 'reconnect', message: 'Reconnect your account.', details: 'none' }] }

let world: FivetranWorld
beforeEach(async () => {
  world = await beginFivetranWorld(NOW)
})
afterEach(() => world.end())

const check = (own: Record<string, unknown> = {}) => world.ask((session) => session.check(), own)

describe('a look at a connection of Fivetran', () => {
  it('reads when its last sync succeeded, whatever has failed or goes on since', async () => {
    world.fivetran.connect('prices', TEN, { failed_at: ELEVEN, status: { sync_state: 'syncing' } })
    expect(await world.look(['prices'])).toMatchObject([
      { ok: true, readings: [{ clock: 'loadedAt', at: TEN_AT }], evidence: { strength: 'strong' }, warnings: [] },
    ])
  })

  it('tells nothing before the first sync has succeeded, and why none has', async () => {
    world.fivetran.connect('prices', null, { status: { is_historical_sync: true } })
    world.fivetran.connect('terms', null, { status: BROKEN })
    const no = (id: string) => `No sync of ${id} has succeeded in Fivetran (fivetran) yet.`
    expect(await world.look(['prices', 'terms'])).toMatchObject([
      { ok: false, lasting: 'no-time', publicMessage: no('prices') },
      { ok: false, lasting: 'no-time', publicMessage: `${no('terms')} Its setup is broken (reconnect).` },
    ])
  })

  it.each([
    ['is paused, though it says that it is on schedule', TEN, { paused: true }, 'It is paused in Fivetran: no sync begins.'],
    ['is broken', TEN, { status: BROKEN }, 'Its setup is broken (reconnect).'],
    ['is delayed', TEN, { status: { update_state: 'delayed' } }, 'Fivetran says that it is delayed.'],
    ['is put off', TEN, { status: { sync_state: 'rescheduled' } }, 'Fivetran has put its sync off.'],
    ['loads all anew', TEN, { status: { is_historical_sync: true } }, /^Its whole history is being loaded/],
    ['has a clock that runs ahead', '2026-11-29T13:00:00Z', {}, /^The time lies in the future/],
  ] as const)('warns where it %s', async (_, at, own, words) => {
    world.fivetran.connect('prices', at, own)
    expect(await world.look(['prices'])).toMatchObject([
      { ok: true, warnings: [typeof words === 'string' ? words : expect.stringMatching(words)] },
    ])
  })

  it('sees all others where one is gone, is of another group or is told without sense', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.connect('terms', 'yesterday')
    world.fivetran.connect('people', TEN, { group_id: 'g2' })
    const seen = await world.look(['gone', 'terms', 'people', 'prices'], { groups: ['g1'] })
    expect(seen).toMatchObject([
      { ok: false, lasting: 'gone', publicMessage: expect.stringContaining('no connection gone in the groups of the catalogue') },
      { ok: false, publicMessage: expect.stringContaining('its connection terms is not as Fivetran writes it (succeeded_at)') },
      { ok: false, lasting: 'gone' },
      { ok: true },
    ])
  })

  it('of a thousand asks for ten pages', async () => {
    const ids = Array.from({ length: 1000 }, (_, i) => world.fivetran.connect(`c${i}`, TEN).id)
    expect((await world.look(ids)).filter(({ ok }) => ok)).toHaveLength(1000)
    expect(world.fivetran.requests).toHaveLength(10)
  })

  it('fails as a whole where the pages go round in a circle', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.isInCircle = true
    await expect(world.look(['prices'])).rejects.toMatchObject({ publicMessage: expect.stringContaining('round in a circle') })
  })

  it.each(spoiltAnswers('Fivetran', 'Fivetran (fivetran)'))('fails as a whole where the list %s', async (_, fault, words) => {
    world.fivetran.fail(fault)
    await expect(world.look(['prices'], { timeout: '1s' })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('waits as long as it is asked to', async () => {
    world.fivetran.connect('prices', TEN)
    world.fivetran.fail({ kind: 'too-many', retryAfter: '7' })
    expect(await world.look(['prices'])).toMatchObject([{ ok: true }])
    expect(world.clock.waits).toContain(7000)
  })
})

describe('a connection to Fivetran', () => {
  it('says what there is, or why nobody gets in, without its secret', async () => {
    world.fivetran.connect('prices', TEN)
    expect(await check()).toMatchObject({ ok: true, detail: 'Fivetran lets us in; it has 1 connection.' })
    world.fivetran.connect('terms', TEN, { paused: true, status: BROKEN })
    expect(await check()).toMatchObject({ detail: 'Fivetran lets us in; it has 2 connections, 1 paused, 1 broken.' })
    const refused = await check({ apiSecret: 'other-than-that' })
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('401') })
    expect(JSON.stringify(refused)).not.toContain('other-than-that')
  })

  it('finds its connections, which are written by jobs of the same names', async () => {
    world.fivetran.connect('prices', TEN)
    expect(await world.ask((session) => Array.fromAsync(session.discover?.('UTC') ?? []))).toMatchObject([
      { path: 'prices', job: 'prices', name: 'sheets.prices', group: 'google_sheets', labels: { group: 'g1', schema: 'sheets.prices' } },
    ])
  })

  it('finds all others where one is told without sense, says so, and lets us in', async () => {
    world.fivetran.connect('terms', 'yesterday')
    world.fivetran.connect('prices', TEN)
    expect(await world.ask((session) => foundUntilEnd(session.discover?.('UTC') ?? []))).toEqual({
      paths: ['prices'],
      problem: expect.stringMatching(/^1 of 2 cannot be read: .* its connection terms is not as Fivetran writes it .succeeded_at.\. Check/),
    })
    expect(await check()).toMatchObject({ ok: true, detail: 'Fivetran lets us in; it has 2 connections, 1 not readable.' })
  })

  it('refuses a path that is no id', () => {
    expect(fivetranConnector.refuseAsset?.({ path: 'sheets.prices', settings: {} })).toMatchObject({ at: [] })
    expect(fivetranConnector.refuseAsset?.({ path: 'speak_inexpensive', settings: {} })).toBeNull()
  })
})
