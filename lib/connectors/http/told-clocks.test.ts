import { describe, expect, it } from 'vitest'
import httpConnector from '#lib/connectors/http.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { answerJson } from '#lib/testing/servers/http-receiver.ts'
import { departmentWorld, DEPARTMENTS_NOW as now } from '#lib/testing/worlds/department-world.ts'
import { parsePlace } from './clock-sources.ts'
import { httpAssetSettings } from './settings.ts'

const http = askOnce(httpConnector)
const world = await departmentWorld()

async function look(settings: Record<string, unknown>, body: unknown = {}, headers: Record<string, string> = {}) {
  world.other.behave(answerJson(body, { date: new Date(now).toUTCString(), ...headers }))
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

  it('that is always now is the server’s own clock, and no time of the data', async () => {
    const modified = { writtenAt: { header: 'Last-Modified' } }
    expect(await look(modified, {}, { 'last-modified': new Date(SIX).toUTCString() })).toMatchObject({ readings: [{ at: SIX }] })
    const seen = await look(modified, {}, { 'last-modified': new Date(now).toUTCString() })
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('always now') })
  })
})

it('places are read step by step, and what is none is refused in the catalogue', () => {
  expect(parsePlace('$.data.items[2]["updated at"].x-y')).toEqual(['data', 'items', 2, 'updated at', 'x-y'])
  expect(['$', '', '$..a', '$.a[*]', '$.a[', 'a b'].map(parsePlace)).toEqual([null, null, null, null, null, null])
  expect(httpAssetSettings.safeParse({ writtenAt: { json: '$..a' } }).success).toBe(false)
  expect(httpAssetSettings.safeParse({ writtenAt: { header: 'not a header' } }).success).toBe(false)
})
