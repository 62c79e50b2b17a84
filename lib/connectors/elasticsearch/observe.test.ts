import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SearchFault } from '#demo/startup/search.ts'
import elasticsearch from '#lib/connectors/elasticsearch.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { type PretendSearchWorld, startSearchWorld } from '#lib/testing/connectors/pretend-search.ts'

const AT = '2026-11-20T06:00:00.000Z'
let world: PretendSearchWorld
beforeEach(async () => {
  world = await startSearchWorld()
})
afterEach(() => world.server.close())

const asset = (path: string, settings: Record<string, unknown> = {}) => ({ key: `search/${path}`, path, settings, previous: null })
const reading = (seen: object) => ('readings' in seen ? seen.readings : seen)
function prices(...times: (string | number | null)[]): void {
  world.server.world.load(
    'prices-1',
    times.map((at, n) => [`${n}`, { ...(at !== null && { '@timestamp': at }), shop: n === 0 ? 'steam' : 'sony', n }]),
  )
  world.server.world.addAlias('prices', 'prices-1')
}

describe('an index with a time field', () => {
  it('is as fresh as its newest document, asked through the alias', async () => {
    prices('2026-11-19T06:00:00Z', AT)
    expect(await world.look('prices')).toMatchObject({
      ok: true,
      readings: [{ clock: 'dataThroughAt', at: Date.parse(AT), precision: 'instant' }],
      evidence: { method: 'field', strength: 'strong' },
      warnings: [],
    })
    expect(world.server.requests).toEqual(['POST /prices/_search'])
  })

  it('feeds the clock that is named for it, and a second field the data', async () => {
    world.server.world.load('prices', [['1', { seen: '2026-11-18T00:00:00Z', ingested: AT }]])
    const settings = { field: 'ingested', clock: 'loadedAt', dataThrough: 'seen' }
    expect(reading(await world.look('prices', settings))).toMatchObject([
      { clock: 'loadedAt', at: Date.parse(AT) },
      { clock: 'dataThroughAt', at: Date.parse('2026-11-18T00:00:00Z') },
    ])
  })

  it('counts only the documents that are meant, so that one of the year 9999 hides nothing', async () => {
    prices(AT, '9999-01-01T00:00:00Z')
    expect(await world.look('prices')).toMatchObject({ ok: true, warnings: [expect.stringContaining('in the future')] })
    const settings = { field: '@timestamp', where: 'shop:steam' }
    expect(await world.look('prices', settings)).toMatchObject({ readings: [{ at: Date.parse(AT) }], warnings: [] })
    expect(await world.look('prices', { ...settings, where: '((' })).toMatchObject({
      ok: false,
      lasting: 'no-time',
      publicMessage: expect.stringContaining('correct "where"'),
    })
  })

  it.each([
    ['seconds of 1970', 1_763_618_400, { at: Date.parse('2025-11-20T06:00:00Z'), precision: 'instant' }],
    ['milliseconds of 1970', 1_763_618_400_123, { at: Date.parse('2025-11-20T06:00:00.123Z'), precision: 'instant' }],
    ['a written day', 20_261_119, { at: Date.parse('2026-11-19T23:59:59.999Z'), precision: 'day' }],
  ])('of numbers that are %s is read as what it means', async (_, value, seen) => {
    world.server.world.load('prices', [['1', { n: value }]])
    expect(reading(await world.look('prices', { field: 'n' }))).toMatchObject([seen])
  })

  it('that knows days alone tells the end of that day, in its zone', async () => {
    const index = world.server.world.create('prices', { mappings: { properties: { day: { type: 'date', format: 'yyyy-MM-dd' } } } })
    world.server.world.put(index, '1', { day: '2026-11-19' })
    expect(reading(await world.look('prices', { field: 'day', zone: 'America/New_York' }))).toMatchObject([
      { at: Date.parse('2026-11-20T04:59:59.999Z'), precision: 'day' },
    ])
  })

  it.each([
    ['a time', null, 'none that counts has a time'],
    ['anything but small numbers', 12, 'does not read as a time'],
    ['anything but text', 'soon', 'the field holds no time'],
  ])('in which no document has %s is not seen, whatever else it holds', async (_, value, words) => {
    world.server.world.load('prices', [['1', { n: value, title: 'x' }]])
    const seen = await world.look('prices', { field: 'n' })
    expect(seen).toMatchObject({ ok: false, lasting: 'no-time', publicMessage: expect.stringContaining(words) })
  })

  it('that was emptied has nothing newest', async () => {
    world.server.world.create('prices')
    expect(reading(await world.look('prices', { field: 'n' }))).toEqual([{ clock: 'dataThroughAt', at: null, precision: 'instant' }])
  })
})

describe('an answer that looks good and is not about all of it', () => {
  it.each([
    ['shard-failed', 'only 4 of its 5 parts'],
    ['timed-out', 'broke off'],
    ['no-shard-asked', 'no part of an index answered'],
  ] as const)('is no look: %s', async (kind, words) => {
    prices(AT)
    world.server.faults.push({ kind, times: 1 })
    const seen = await world.look('prices')
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining(words) })
    expect(seen).not.toHaveProperty('lasting', expect.anything())
    expect(await world.look('prices')).toMatchObject({ ok: true })
  })

  it.each(['html-page', 'not-json', 'cut-body', 'answer-lost', 'server-error', 'no-memory'] as const)(
    'nor is what is none: %s',
    async (kind) => {
      prices(AT)
      world.server.faults.push({ kind, times: 1 })
      const looked = await world.look('prices').catch((error: unknown) => ({ ok: false, error }))
      expect(looked).toMatchObject({ ok: false })
      expect(looked).not.toHaveProperty('lasting', expect.anything())
      expect(await world.look('prices')).toMatchObject({ ok: true })
    },
  )

  it('nor what comes of an index that is gone, which could as well be asked to answer nothing', async () => {
    prices(AT)
    expect(await world.look('prices')).toMatchObject({ ok: true })
    world.server.world.remove('prices-1')
    expect(await world.look('prices')).toMatchObject({
      ok: false,
      lasting: 'gone',
      publicMessage: expect.stringContaining('there is no index'),
    })
  })

  it('nor of one that is closed, or has no part left, although its alias is there', async () => {
    prices(AT)
    const index = world.server.world.indices.get('prices-1')
    if (index === undefined) throw new Error('no index')
    index.isClosed = true
    expect(await world.look('prices')).toMatchObject({ ok: false, lasting: 'refused', publicMessage: expect.stringContaining('closed') })
    Object.assign(index, { isClosed: false, shards: { total: 1, failed: 1 } })
    const seen = await world.look('prices')
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('not all of its parts') })
    expect(seen).not.toHaveProperty('lasting', expect.anything())
  })
})

describe('one bad among many', () => {
  it('is that one’s failure alone, and a thousand are asked a few at a time', async () => {
    prices(AT)
    world.server.faults.push({ kind: 'forbidden', path: /^\/secret/ })
    const many = Array.from({ length: 1000 }, (_, n) => asset(n === 500 ? 'secret' : n === 501 ? 'prices*' : 'prices'))
    const seen = await Array.fromAsync(askOnce(elasticsearch).observe(world.connection(), many))
    expect(seen.filter(({ ok }) => ok)).toHaveLength(998)
    const failed = seen.filter((one) => !one.ok).sort((a, b) => (a.assetKey < b.assetKey ? -1 : 1))
    expect(failed).toMatchObject([
      { assetKey: 'search/prices*', publicMessage: expect.stringContaining('names several at once') },
      { assetKey: 'search/secret', lasting: 'refused', publicMessage: expect.stringContaining('may not read') },
    ])
  })
})

describe('a cluster that', () => {
  it.each([
    ['asks us to wait', 'too-many-requests', 'come back later'],
    ['is behind a gateway that finds nobody', 'unavailable', 'an error of its own'],
    ['has no leader', 'no-leader', 'no leader'],
    ['is restarted', 'restart', 'broke the connection'],
  ] satisfies [string, SearchFault['kind'], string][])('%s fails as a whole, and answers again', async (_, kind, words) => {
    prices(AT)
    world.server.faults.push({ kind })
    const looking = Array.fromAsync(askOnce(elasticsearch).observe(world.connection(), [asset('prices'), asset('prices')]))
    await expect(looking).rejects.toMatchObject({ systemWide: true, retryable: true, publicMessage: expect.stringContaining(words) })
    world.server.faults.splice(0)
    expect(await world.look('prices')).toMatchObject({ ok: true })
  })

  it('does not answer in time is one index’s failure', async () => {
    prices(AT)
    world.server.faults.push({ kind: 'slow', times: 1 })
    const connection = world.connection({ timeout: '1s' })
    const [seen] = await Array.fromAsync(
      askOnce(elasticsearch).observe({ ...connection, settings: { ...connection.settings, timeout: 50 } }, [asset('prices')]),
    )
    expect(seen).toMatchObject({ ok: false, publicMessage: expect.stringContaining('was not done') })
  })

  it('does not know us fails as a whole, without our key in any word', async () => {
    const looking = Array.fromAsync(askOnce(elasticsearch).observe(world.connection({ apiKey: 'stranger:hush-hush' }), [asset('prices')]))
    await expect(looking).rejects.toMatchObject({ systemWide: true, status: 401, message: expect.not.stringContaining('hush') })
  })
})
