import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PretendLooker, startLooker } from '#demo/startup/looker.ts'
import looker from '#lib/connectors/looker.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { connectionTo } from '#lib/testing/connectors/pretend-looker.ts'

const START = '2026-11-20T07:00:00Z'
const TILE = 'dashboards/12/1201'
const FIELD = { field: 'orders.max_loaded_at' }
const DATAGROUP = 'datagroups/startup/nightly'
let clock: FakeClock
let server: PretendLooker
beforeEach(async () => {
  clock = new FakeClock(START)
  server = await startLooker({ clock })
})
afterEach(() => server.close())

const connection = (settings: Record<string, unknown> = {}) => connectionTo(server, settings, clock)
const asset = (path: string, settings: Record<string, unknown> = {}) => ({ key: `looker/${path}`, path, settings, previous: null })
async function look(path: string, settings: Record<string, unknown> = {}) {
  const [seen] = await Array.fromAsync(askOnce(looker).observe(connection(), [asset(path, settings)]))
  return seen
}
const newest = (value: string | null) => server.world.newest.set('startup/orders/orders.max_loaded_at', value)
const boardOf = (id: string) => server.world.dashboards.find((one) => one.id === id)

describe('a tile that somebody edited', () => {
  it('tells no time by that, however often it is edited', async () => {
    for (const at of [START, '2026-11-20T07:05:00Z']) {
      for (const one of server.world.dashboards) one.updated_at = at
      expect(await look(TILE)).toMatchObject({ ok: true, readings: [], evidence: { strength: 'weak' } })
    }
    expect(looker.hasClock?.({ path: TILE, settings: {} })).toBe(false)
  })

  it('tells the newest value of a field of its explore where one is named, and that alone', async () => {
    newest('2026-11-18 06:00:00')
    for (const one of server.world.dashboards) one.updated_at = START
    const at = Date.parse('2026-11-18T06:00:00Z')
    expect(await look(TILE, FIELD)).toMatchObject({
      ok: true,
      readings: [{ clock: 'dataThroughAt', at, precision: 'instant' }],
      evidence: { strength: 'strong' },
    })
    newest('2026-11-20 06:00:00')
    expect(await look(TILE, { ...FIELD, clock: 'loadedAt' })).toMatchObject({ readings: [{ clock: 'loadedAt', at: at + 48 * HOUR_MS }] })
    expect(looker.hasClock?.({ path: TILE, settings: FIELD })).toBe(true)
  })

  it.each([
    ['2026-11-19', { at: Date.parse('2026-11-19T23:59:59.999Z'), precision: 'day' }],
    ['2026-11-19T06:00:00+02:00', { at: Date.parse('2026-11-19T04:00:00Z'), precision: 'instant' }],
    [null, { at: null }],
  ])('reads %s as the time it is', async (value, reading) => {
    newest(value)
    expect(await look(TILE, FIELD)).toMatchObject({ ok: true, readings: [reading] })
  })

  it.each(['soon', '0001-01-01 00:00:00', '2026-13-40'])('does not take %s for a time', async (value) => {
    newest(value)
    expect(await look(TILE, FIELD)).toMatchObject({ ok: false, publicMessage: expect.stringContaining('is no time') })
  })
})

describe('an answer that only looks good', () => {
  it('is not taken for one: a query that fails is a 200', async () => {
    expect(await look(TILE, FIELD)).toMatchObject({ ok: false, publicMessage: expect.stringContaining('looks like a good one') })
    newest('2026-11-20 06:00:00')
    expect(await look(TILE, FIELD)).toMatchObject({ ok: true })
  })

  it.each(['error-in-200', 'html-page', 'cut-body'] as const)('is not taken for one, and what follows is: %s', async (kind) => {
    server.faults.push({ kind, path: /dashboards/, times: 1 })
    const seen = await look(TILE)
    expect(seen).toMatchObject({ ok: false })
    expect(seen).not.toHaveProperty('lasting', 'gone')
    expect(await look(TILE)).toMatchObject({ ok: true })
  })
})

describe('a tile that is not shown', () => {
  it('may be one that its account may not see: the words say both, and others are seen', async () => {
    server.world.hidden.add('dashboards/12')
    const seen = await Array.fromAsync(askOnce(looker).observe(connection(), [asset(TILE), asset('dashboards/13/1301')]))
    expect(seen.find(({ ok }) => !ok)).toMatchObject({
      lasting: 'gone',
      publicMessage: expect.stringMatching(/there is none, or its account may not see it/),
    })
    expect(seen.filter(({ ok }) => ok)).toHaveLength(1)
    server.world.hidden.clear()
    expect(await look(TILE)).toMatchObject({ ok: true })
  })

  it('is there, though the look it shows is not', async () => {
    Object.assign(boardOf('12')?.elements[1] ?? {}, { query: undefined, look_id: '99' })
    expect(await look(TILE)).toMatchObject({ ok: true, readings: [] })
    expect(await look(TILE, FIELD)).toMatchObject({ ok: false, lasting: 'gone', publicMessage: expect.stringContaining('the look 99') })
  })

  it('is refused where Looker says so', async () => {
    server.faults.push({ kind: 'forbidden', path: /dashboards/ })
    expect(await look(TILE)).toMatchObject({ ok: false, lasting: 'refused' })
  })

  it.each([
    ['thrown away with its dashboard', () => Object.assign(boardOf('12') ?? {}, { deleted: true })],
    ['deleted with its dashboard for good', () => server.world.dashboards.splice(0, 1)],
    ['deleted alone', () => Object.assign(boardOf('12')?.elements[1] ?? {}, { deleted_at: START })],
  ])('is gone: %s', async (_, remove) => {
    expect(await look(TILE)).toMatchObject({ ok: true })
    remove()
    expect(await look(TILE)).toMatchObject({ ok: false, lasting: 'gone' })
  })

  it('is gone when nothing is ever called so', async () => {
    expect(await look('tiles/1')).toMatchObject({
      ok: false,
      lasting: 'gone',
      publicMessage: expect.stringContaining('dashboards/<id>/<tile>'),
    })
    expect(await look('looks/77')).toMatchObject({ ok: false, lasting: 'gone' })
  })
})

describe('a Looker that is asked too much', () => {
  it('is waited for as long as it says, and then answers', async () => {
    server.faults.push({ kind: 'too-many-requests', path: /dashboards/, retryAfter: '20', times: 1 })
    const looking = look(TILE)
    let isDone = false
    void looking.then(() => (isDone = true))
    while (server.requests.length < 2) await turns()
    await turns(50)
    expect(isDone).toBe(false)
    while (!isDone) {
      await clock.advance(SECOND_MS)
      await turns(50)
    }
    const seen = await looking
    expect(seen).toMatchObject({ ok: true })
    expect(clock.now()).toBeGreaterThanOrEqual(Date.parse(START) + 20 * SECOND_MS)
  })

  it('that says so again and again is a failure of the connection, not an answer about a tile', async () => {
    server.faults.push({ kind: 'too-many-requests', retryAfter: '3600', path: /dashboards/ })
    await expect(look(TILE)).rejects.toMatchObject({ systemWide: true, retryable: true })
  })
})

describe('a sign-in', () => {
  it('that ends in the middle is followed by another, and nothing is lost', async () => {
    const assets = Array.from({ length: 12 }, (_, n) => asset(`dashboards/${12 + n}/${12 + n}01`))
    server.faults.push({ kind: 'forgets-tokens', path: /dashboards\/17/, times: 1 })
    const seen = await Array.fromAsync(askOnce(looker).observe(connection(), assets))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(12)
    expect(server.requests.filter((request) => request === 'POST /login')).toHaveLength(2)
    expect(server.signedIn()).toBe(0)
  })

  it('that is refused is said in words, without the secret, after one try, though Looker answers as if nothing were there', async () => {
    const settings = { clientSecret: 'hush-hush' }
    const health = await askOnce(looker).check(connection(settings))
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining('refused the client id and secret') })
    const looking = Array.fromAsync(askOnce(looker).observe(connection(settings), [asset(TILE), asset('dashboards/13/1301')]))
    await expect(looking).rejects.toMatchObject({ systemWide: true, publicMessage: expect.not.stringContaining('hush') })
    expect(server.requests).toEqual(['POST /login', 'POST /login'])
    expect(await askOnce(looker).check(connection())).toMatchObject({ ok: true, detail: 'Looker lets us in as Tidemark.' })
  })
})

describe('what Looker builds', () => {
  const BUILT = 'derived/startup/retention'

  it('was loaded when its last build that was done ended', async () => {
    const [build] = server.world.builds
    if (build === undefined) throw new Error('no build')
    server.world.builds.push(
      { ...build, status: 'failed', endedAt: build.endedAt + HOUR_MS },
      { ...build, model: 'other', endedAt: build.endedAt + HOUR_MS },
    )
    const reading = { clock: 'loadedAt', at: build.endedAt }
    expect(await look(BUILT)).toMatchObject({ ok: true, readings: [reading], evidence: { method: 'build', strength: 'strong' } })
    server.world.builds.push({ ...build, endedAt: build.endedAt + 2 * HOUR_MS })
    expect(await look(BUILT)).toMatchObject({ readings: [{ ...reading, at: build.endedAt + 2 * HOUR_MS }] })
  })

  it('tells no time when no build of it is known', async () => {
    server.world.builds.splice(0)
    expect(await look(BUILT)).toMatchObject({ ok: false, lasting: 'no-time' })
  })

  it('is asked for once, however many there are', async () => {
    await Array.fromAsync(
      askOnce(looker).observe(connection(), [asset(BUILT), asset('derived/startup/b'), asset(DATAGROUP), asset('datagroups/startup/c')]),
    )
    expect(server.requests.filter((request) => request === 'POST /queries/run/json')).toHaveLength(1)
    expect(server.requests.filter((request) => request === 'GET /datagroups')).toHaveLength(1)
  })
})

describe('a datagroup', () => {
  it('was loaded, as far as one can guess, when it fired', async () => {
    const at = Date.parse('2026-11-20T06:00:00Z')
    expect(await look(DATAGROUP)).toMatchObject({
      ok: true,
      readings: [{ clock: 'loadedAt', at }],
      evidence: { strength: 'weak' },
      warnings: [],
    })
  })

  it('that could not ask its question is not seen, and is again once it could', async () => {
    const [group] = server.world.datagroups
    if (group === undefined) throw new Error('no datagroup')
    group.error = 'relation etl_log does not exist'
    expect(await look(DATAGROUP)).toMatchObject({
      ok: false,
      publicMessage: expect.not.stringContaining('etl_log'),
      message: expect.stringContaining('etl_log'),
    })
    group.error = null
    expect(await look(DATAGROUP)).toMatchObject({ ok: true })
  })

  it.each([
    ['ahead', 10 * MINUTE_MS, 1],
    ['as good as ours', 30 * SECOND_MS, 0],
    ['behind', -10 * MINUTE_MS, 0],
  ])('of a Looker whose clock is %s tells its time as it is, and that it is in the future', async (_, skewMs, warnings) => {
    const [group] = server.world.datagroups
    const at = Date.parse(START) + skewMs
    if (group !== undefined) group.triggeredAt = at
    const seen = await look(DATAGROUP)
    expect(seen).toMatchObject({ ok: true, readings: [{ at }] })
    expect(seen?.ok === true && seen.warnings).toHaveLength(warnings)
  })
})
