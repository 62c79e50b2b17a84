import { describe, expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type Answer, answerJson } from '#lib/testing/servers/http-receiver.ts'
import { departmentWorld, DEPARTMENTS_NOW as now } from '#lib/testing/worlds/department-world.ts'
import { EACH, parsePlace } from './places.ts'
import { httpAssetSettings } from './settings.ts'

const http = askOnce(httpConnector)
const world = await departmentWorld()

function look(settings: Record<string, unknown>, body: unknown = {}, headers: Record<string, string> = {}) {
  return lookAt(settings, answerJson(body, { date: new Date(now).toUTCString(), ...headers }))
}

async function lookAt(settings: Record<string, unknown>, answer: Answer) {
  world.other.behave(answer)
  const asset = { key: 'department/api', path: 'api', settings, previous: null }
  const [seen] = await Array.fromAsync(http.observe(world.connected({ baseUrl: world.other.url, zone: 'UTC' }), [asset]))
  if (!seen) throw new Error('one observation per asset')
  return seen
}

const AT = { dataThroughAt: { json: '$.data.tables[0].updated_at' } }
const holding = (updated_at: unknown) => ({ data: { tables: [{ updated_at }] } })
const SIX = Date.parse('2026-11-20T06:00:00Z')

describe('a place in a JSON answer', () => {
  it.each([
    ['2026-11-20T06:00:00Z', {}],
    ['2026-11-20T01:00:00-05:00', {}],
    ['2026-11-20T01:00:00', { zone: 'America/New_York' }],
    ['Fri, 20 Nov 2026 06:00:00 GMT', {}],
    [SIX / 1000, {}],
    [SIX, {}],
    [String(SIX), {}],
  ])('tells a clock: %s', async (value, more) => {
    expect(await look({ ...AT, ...more }, holding(value))).toMatchObject({
      ok: true,
      readings: [{ clock: 'dataThroughAt', at: SIX, precision: 'instant' }],
      evidence: { strength: 'strong' },
      warnings: [],
    })
  })

  it('that holds a day is its last instant in the zone', async () => {
    const seen = await look({ ...AT, zone: 'America/New_York' }, holding('2026-11-19'))
    expect(seen).toMatchObject({ readings: [{ at: Date.parse('2026-11-20T05:00:00Z') - 1, precision: 'day' }] })
  })

  it.each([
    ['is null', holding(null), 'is not there, or empty'],
    ['is not there', { error: 'the database is down' }, 'is not there, or empty'],
    ['is no time', holding('yesterday'), 'does not read as a time'],
    ['is a list', holding([1]), 'is not there, or empty'],
    ['is the year 1', holding('0001-01-01T00:00:00Z'), 'stands for "no time"'],
    ['is where clocks begin', holding('1970-01-01T00:00:00Z'), 'stands for "no time"'],
    ['belongs to the language, not to the answer', { data: { tables: [] } }, 'is not there, or empty'],
  ])('that %s is no look, although the answer is a good one', async (_, body, words) => {
    expect(await look(AT, body)).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: expect.stringContaining(words) })
  })

  it('from the future is kept with a warning; an answer that is no JSON is refused, and not repeated', async () => {
    const ahead = await look(AT, holding('2026-11-20T12:00:00Z'))
    expect(ahead).toMatchObject({ ok: true, warnings: [expect.stringContaining('lies in the future')] })
    world.other.behave((response) => response.writeHead(200).end('<html>hunter2'))
    const asset = { key: 'department/api', path: 'api', settings: AT, previous: null }
    const [page] = await Array.fromAsync(http.observe(world.connected({ baseUrl: world.other.url }), [asset]))
    expect(page).toMatchObject({ ok: false, publicMessage: expect.stringContaining('not JSON') })
    expect(JSON.stringify(page)).not.toContain('hunter2')
  })
})

describe('a header', () => {
  it('tells a clock, beside a place in the answer that tells another', async () => {
    const both = { writtenAt: { header: 'X-Built-At' }, ...AT }
    expect(await look(both, holding('2026-11-19T23:00:00Z'), { 'x-built-at': '2026-11-20T06:00:00Z' })).toMatchObject({
      readings: [
        { clock: 'dataThroughAt', at: Date.parse('2026-11-19T23:00:00Z') },
        { clock: 'writtenAt', at: SIX },
      ],
    })
    expect(await look(both, holding('2026-11-19T23:00:00Z'))).toMatchObject({ ok: false, lasting: 'no-time' })
  })
})

/** What a server answers whose times are worked out anew at each question. */
function serverOf(times: (now: number) => { header?: number; place?: number }, ownClock = (at: number) => at): Answer {
  return (response, request) => {
    const { header = SIX, place = SIX } = times(world.clock.now())
    const modified = { 'last-modified': new Date(header).toUTCString() }
    answerJson(holding(new Date(place).toISOString()), { date: new Date(ownClock(world.clock.now())).toUTCString(), ...modified })(
      response,
      request,
    )
  }
}

describe('a time that is always now', () => {
  const MODIFIED = { writtenAt: { header: 'Last-Modified' } }
  const OWN_CLOCK = serverOf((at) => ({ place: at }))
  const always = expect.stringContaining('always now')

  it.each([
    ['a place', AT, OWN_CLOCK],
    ['a place, cut off at the second', AT, serverOf((at) => ({ place: Math.floor(at / 1000) * 1000 }))],
    ['a place, where the answer takes six seconds', AT, serverOf((at) => ({ place: at - 6000 }))],
    [
      'a place of a server whose clock is an hour behind',
      AT,
      serverOf(
        (at) => ({ place: at - HOUR_MS }),
        (at) => at - HOUR_MS,
      ),
    ],
    ['a header', MODIFIED, serverOf((at) => ({ header: at }))],
  ])('is the server’s own clock, and no time of the data: %s', async (_, settings, answer) => {
    expect(await lookAt(settings, answer)).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: always })
  })

  it('in one of two places makes the look none, and only that one is asked for again', async () => {
    const seen = await lookAt({ ...AT, ...MODIFIED }, OWN_CLOCK)
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.not.stringContaining('Last-Modified') })
    expect(world.other.requests).toHaveLength(2)
  })

  it.each<[every: number, age: number]>([...[0, 1, 2, 9, 30, 57, 58, 59].map((age): [number, number] => [60, age]), [12, 10]])(
    'is not what is loaded every %i s, however near the looks are to it: %i s after',
    async (every, age) => {
      const loadedBy = (at: number) => Math.floor(at / (every * 1000)) * every * 1000
      for (const minute of [0, 1, 2]) {
        const at = loadedBy(now) + minute * MINUTE_MS
        world.clock.set(at + age * 1000)
        const seen = await lookAt(
          AT,
          serverOf((asked) => ({ place: loadedBy(asked) })),
        )
        expect(seen).toMatchObject({ ok: true, readings: [{ at }], evidence: { strength: 'strong' } })
      }
    },
  )

  it('is not told where the second answer takes as long as until the next load', async () => {
    world.clock.set(Math.floor(now / MINUTE_MS) * MINUTE_MS)
    const slow: Answer = (response, request) => {
      if (world.other.requests.length > 1) world.clock.set(world.clock.now() + 57_000)
      serverOf((asked) => ({ place: Math.floor(asked / MINUTE_MS) * MINUTE_MS }))(response, request)
    }
    expect(await lookAt(AT, slow)).toMatchObject({ ok: true, evidence: { strength: 'strong' } })
  })

  it('is told where the second answer takes long and tells when it was begun', async () => {
    const slow: Answer = (response, request) => {
      const begunAt = world.clock.now()
      if (world.other.requests.length > 1) world.clock.set(begunAt + 20_000)
      serverOf(() => ({ place: begunAt }))(response, request)
    }
    expect(await lookAt(AT, slow)).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: always })
  })

  it('counts, as weak evidence, where the catalogue says that it is loaded every few seconds', async () => {
    const live = { dataThroughAt: { ...AT.dataThroughAt, live: true } }
    const seen = await lookAt(live, OWN_CLOCK)
    expect(seen).toMatchObject({ ok: true, readings: [{ at: now }], evidence: { strength: 'weak' } })
    expect(world.other.requests).toHaveLength(1)
  })

  it('is asked about only where it is near now', async () => {
    await look(AT, holding('2026-11-20T06:00:00Z'))
    expect(world.other.requests).toHaveLength(1)
  })
})

describe('a place in each element of a list', () => {
  const list = (...tables: unknown[]) => ({ data: { tables } })
  const table = (name: string, updated_at: unknown, more: object = {}) => ({ name, updated_at, ...more })
  const each = (where?: object) => ({ dataThroughAt: { json: '$.data.tables[*].updated_at', ...(where && { where }) } })
  const five = '2026-11-20T05:00:00Z'
  const six = '2026-11-20T06:00:00Z'

  it.each([
    ['the newest of all', each(), [table('a', five), table('b', six), table('c', five)]],
    ['the one that fits', each({ name: 'b' }), [table('a', '2026-11-20T07:00:00Z'), table('b', six)]],
    ['one of several names', each({ name: ['a', 'b'] }), [table('a', five), table('b', six), table('c', '2026-11-20T07:00:00Z')]],
    [
      'all fields at once, deep ones, numbers and truth, too',
      each({ name: 'a', 'run.id': 7, ok: true }),
      [table('a', '2026-11-20T07:00:00Z', { run: { id: 7 }, ok: false }), table('a', six, { run: { id: '7' }, ok: true })],
    ],
    ['the offsets that differ', each(), [table('a', '2026-11-20T01:00:00-05:00'), table('b', '2026-11-20T06:30:00+01:00')]],
    ['those that have a time', each(), [table('a', null), table('b', six), table('c', ''), table('d', 'never'), table('e', '0001-01-01')]],
  ])('tells a clock: %s', async (_, settings, tables) => {
    expect(await look(settings, list(...tables))).toMatchObject({ ok: true, readings: [{ at: SIX }], evidence: { strength: 'strong' } })
  })

  it.each([
    ['fits', each({ name: 'orders' }), list(table('a', six)), 'stands in no element that fits "where"'],
    ['fits: a field that is missing is no empty text', each({ state: '' }), list(table('a', six)), 'fits "where"'],
    ['is there: the list is empty', each(), list(), 'stands in an empty list'],
    ['is a list', each(), { data: { tables: table('a', six) } }, 'stands in no list'],
    ['has a time yet', each({ name: 'a' }), list(table('a', null)), 'is not there, or empty'],
    ['can be left out that may be the newest', each(), list(table('a', six), table('b', '20/11/26 7 am')), 'does not read as a time'],
  ])('is no look where none %s', async (_, settings, body, words) => {
    expect(await look(settings, body)).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: expect.stringContaining(words) })
  })

  it('may be at the top of the answer', async () => {
    expect(await look({ writtenAt: { json: '$[*].at' } }, [{ at: five }, { at: six }])).toMatchObject({ readings: [{ at: SIX }] })
  })
})

it('places are read step by step', () => {
  expect(parsePlace('$.data.items[2]["updated at"].x-y')).toEqual(['data', 'items', 2, 'updated at', 'x-y'])
  expect(parsePlace('$.items[*].at')).toEqual(['items', EACH, 'at'])
  expect(['$', '', '$..a', '$.a.*', '$.a[', 'a b'].map(parsePlace)).toEqual([null, null, null, null, null, null])
})

it.each([
  [{ json: '$..a' }, 'is no place'],
  [{ header: 'not a header' }, 'is no name of a header'],
  [{}, 'needs one of the two'],
  [{ header: 'X-At', json: '$.a' }, 'needs one of the two'],
  [{ json: '$.a[*].b[*].at' }, 'more than once'],
  [{ json: '$.a.at', where: { name: 'b' } }, 'which elements of a list'],
  [{ header: 'X-At', where: { name: 'b' } }, 'which elements of a list'],
  [{ json: '$.a[*].at', where: {} }, 'is empty'],
  [{ json: '$.a[*].at', where: { 'b[*]': 'c' } }, 'where'],
  [{ json: '$.a[*].at', where: { b: null } }, 'where'],
  [{ json: '$.a[*].at', where: { b: [] } }, 'where'],
])('what tells no clock is refused in the catalogue: %j', (source, words) => {
  expect(httpAssetSettings.safeParse({ writtenAt: source }).error?.message).toContain(words)
})

it.each([
  ['counts/{date}.json', { loadedAt: { json: '$.at' } }, ['loadedAt']],
  ['counts/{yyyy}/{mm}.json', { writtenAt: { header: 'X-At' } }, ['writtenAt']],
  ['counts/{date}.json', { lookBack: '3d' }, undefined],
  ['counts/today.json', { loadedAt: { json: '$.at' } }, undefined],
])('clocks of an answer and a name with a day in it are refused together in the catalogue: %s %j', async (path, settings, at) => {
  expect(httpConnector.refuseAsset?.({ path, settings })?.at).toEqual(at)
  if (at === undefined) return
  const asset = { key: `department/${path}`, path, settings, previous: null }
  const [seen] = await Array.fromAsync(http.observe(world.connected({ baseUrl: world.other.url }), [asset]))
  expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('changes from day to day') })
})
