import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type IndexRun, type IndexWorld, openIndexWorld } from '#lib/testing/runs/index-world.ts'

let world: IndexWorld
beforeAll(async () => {
  world = await openIndexWorld()
})
afterAll(() => world?.close())
beforeEach(() => world.beginAnew())

const FLOW = `
extract: { from: lake/games.prices }
select: { shop: shop, game: { from: game, type: integer }, price: { from: price, type: number, default: null } }
index: { into: search/prices, key: [shop, game] }`

type Row = Record<string, unknown>
const run = (rows: Iterable<unknown>, { yaml = FLOW, ...more }: Partial<IndexRun> = {}) => world.run(rows, { yaml, ...more })

const prices = (count: number, price = 1): Row[] => Array.from({ length: count }, (_, game) => ({ shop: 'steam', game, price }))
const found = () => world.found()?.map(([, document]) => document) ?? null
const indexNames = () => world.indexNames()

describe('a flow that builds an index', () => {
  it('makes a document of each row, and says what it did', async () => {
    const end = await run([
      { shop: 'steam', game: '7', price: 1.5, more: true },
      { shop: 'sony', game: 8 },
    ])
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 2, report: { rowsSeen: 2, counts: { rows: 2, index: indexNames()[0] } } })
    expect(found()).toEqual([
      { shop: 'steam', game: 7, price: 1.5 },
      { shop: 'sony', game: 8, price: null },
    ])
    expect([...(world.search.server.world.indices.get(indexNames()[0] ?? '')?.documents.keys() ?? [])]).toEqual([
      '["steam",7]',
      '["sony",8]',
    ])
    expect(end.ledger.started.map(({ name }) => name)).toEqual(['index', 'publish'])
  })

  it('leaves out what is gone from the source, and keeps the build before', async () => {
    await run(prices(4))
    await run(prices(3, 2))
    expect(found()).toEqual(prices(3, 2))
    const end = await run(prices(3, 3))
    expect(indexNames()).toHaveLength(2)
    expect(end.ledger.entries.map(({ message }) => message)).toContainEqual(expect.stringContaining('Removed earlier builds: prices-'))
  })

  it('puts aside rows without a key and documents that the index does not take, under the place of their row', async () => {
    const rows = [...prices(300), { shop: null, game: 1 }, { shop: 'sony', game: 5, loose: 'x' }, { shop: 'sony', game: 6, loose: 'x' }]
    world.search.server.behaviour.isUnfit = (id) => id === '["sony",6]'
    const end = await run(rows)
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: 301 })
    expect(end.ledger.rejections.map(({ key, reason }) => [key, reason])).toEqual([
      ['row 301', 'shop is empty, and it tells rows apart'],
      ['row 303', expect.stringContaining('is not taken by the index')],
    ])
    expect(found()).toHaveLength(301)
  })

  it.each([
    ['too many rows cannot be used', [...prices(10), { shop: null, game: 1 }], '1 of 11 rows could not be used'],
    ['two rows share a key', [...prices(10), { shop: 'steam', game: 1, price: 9 }], 'same key'],
    ['there is no row', [], 'There is no row to index'],
    ['there are far fewer than readers have', prices(5), 'The answer holds 5 rows, the index 10'],
  ])('changes nothing and leaves nothing behind when %s', async (_, rows, words) => {
    await run(prices(10))
    const before = indexNames()
    const end = await run(rows)
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining(words) })
    expect(found()).toEqual(prices(10))
    expect(indexNames()).toEqual(before)
  })

  it('believes an empty or shrunken answer where it is told to', async () => {
    await run(prices(10))
    expect(await run(prices(2), { parameters: { shrinkRatio: 0 } })).toMatchObject({ state: 'completed' })
    expect(await run([], { parameters: { allowEmpty: true } })).toMatchObject({ state: 'completed' })
    expect(found()).toEqual([])
  })

  it('only reads in a dry run', async () => {
    const end = await run(prices(3), { parameters: { dryRun: true } })
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { moves: 'nothing', counts: { rows: 3 } } })
    expect(world.search.server.requests).toEqual([])
  })

  it('takes every field as it comes without a selection', async () => {
    await run([{ Id: 'a', tags: ['x'], size: 2 }], {
      yaml: 'extract: { from: lake/games.prices }\nindex: { into: search/prices, key: id }',
    })
    expect(found()).toEqual([{ id: 'a', tags: ['x'], size: 2 }])
  })
})

/** Three batches. */
const MANY = 10_200
/** The same for the same rows in any order. */
const digestOf = (rows: readonly Row[] | null) => {
  const lines = (rows ?? []).map((row) => JSON.stringify(row)).sort()
  return [lines.length, createHash('sha256').update(lines.join('\n')).digest('hex')]
}

describe('a build that is broken off', () => {
  it('goes on where it stood: what was put is not put again', async () => {
    const runId = randomUUID()
    const control = new AbortController()
    const bulks = () => world.search.server.requests.filter((one) => one.endsWith('_bulk')).length
    world.search.server.behaviour.isHeard = () => {
      if (bulks() === 5) control.abort(new Error('killed'))
      return true
    }
    const first = await run(prices(25_200), { runId, signal: control.signal })
    expect(first.state).toBe('failed')
    world.search.server.behaviour.isHeard = () => true
    const marked = await world.lake.count('tidemark.load_batch', `run = '${runId}' and task like 'index %'`)
    expect(marked).toBeGreaterThan(0)
    world.search.server.requests.splice(0)
    const second = await run(prices(25_200), { runId, attempt: 2, ledger: world.ledgerAfter(first) })
    expect(second).toMatchObject({ state: 'completed', rowsLoaded: 25_200 })
    expect(bulks()).toBe(6 - marked)
    expect(digestOf(found())).toEqual(digestOf(prices(25_200)))
    expect(indexNames()).toHaveLength(1)
  })

  it.each([
    ['other rows', prices(MANY, 2)],
    ['fewer rows', prices(6000)],
  ])('begins anew when what is read now is not what was read then: %s', async (_, rows) => {
    const runId = randomUUID()
    const control = new AbortController()
    world.search.server.behaviour.isHeard = (request) => {
      if (request.endsWith('_settings')) control.abort(new Error('killed'))
      return true
    }
    const first = await run(prices(MANY), { runId, signal: control.signal })
    expect(first.state).toBe('failed')
    world.search.server.behaviour.isHeard = () => true
    const second = await run(rows, { runId, attempt: 2 })
    expect(second).toMatchObject({ state: 'completed', rowsLoaded: rows.length })
    expect(digestOf(found())).toEqual(digestOf(rows))
    expect(indexNames()).toHaveLength(1)
  })

  // Stories with a time limit each: every fourth request, those of even numbers heard.
  it.each([1, 2, 3, 4])(
    'at any request ends in exactly its rows, and readers find all of the old or all of the new (%i of 4)',
    async (from) => {
      await run(prices(MANY, 0))
      let version = 0
      const torn: unknown[] = []
      const look = world.onChange(() => {
        const documents = found() ?? []
        const seen = new Set(documents.map((document) => document['price']))
        if (documents.length !== MANY || seen.size !== 1) torn.push([documents.length, ...seen])
      })
      const whole = () => {
        look()
        return true
      }
      for (let point = from; point <= 20; point += 4) {
        version += 1
        const runId = randomUUID()
        const control = new AbortController()
        let count = 0
        world.search.server.behaviour.isHeard = () => {
          whole()
          count += 1
          if (count !== point) return true
          control.abort(new Error('killed'))
          return point % 2 === 0
        }
        const first = await run(prices(MANY, version), { runId, signal: control.signal })
        world.search.server.behaviour.isHeard = whole
        const second = await run(prices(MANY, version), { runId, attempt: 2, ledger: world.ledgerAfter(first) })
        expect(second, `killed at request ${point}`).toMatchObject({ state: 'completed', rowsLoaded: MANY })
        expect(digestOf(found()), `killed at request ${point}`).toEqual(digestOf(prices(MANY, version)))
        expect(indexNames().length, `killed at request ${point}`).toBe(2)
      }
      expect(torn).toEqual([])
    },
  )
})

describe('a cluster in trouble', () => {
  it('loses and doubles nothing while five of a hundred documents have no room, answers are lost and a node is restarted', async () => {
    const tried = new Map<string, number>()
    world.search.server.behaviour.isRefused = (id) => {
      tried.set(id, (tried.get(id) ?? 0) + 1)
      return (id.length * 7 + Number(/\d+/.exec(id)?.[0]) + (tried.get(id) ?? 0)) % 20 === 0
    }
    for (const kind of ['answer-lost', 'restart', 'unavailable', 'too-many-requests', 'cut-body'] as const)
      world.search.server.faults.push({ kind, path: /_bulk/, times: 1 })
    const end = await run(prices(MANY))
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: MANY })
    expect(digestOf(found())).toEqual(digestOf(prices(MANY)))
    expect(Math.max(...tried.values())).toBeGreaterThan(1)
  })

  it('that stays away ends the run in words, and readers keep what they have', async () => {
    await run(prices(3))
    world.search.server.faults.push({ kind: 'unavailable', path: /_bulk/ })
    const end = await run(prices(3, 2))
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('HTTP 503') })
    expect(found()).toEqual(prices(3))
    expect(indexNames()).toHaveLength(1)
  })
})

describe('an attempt that was thought dead', () => {
  it('changes nothing when it wakes up after a later one', async () => {
    const runId = randomUUID()
    const woken = Promise.withResolvers<void>()
    async function* slow() {
      yield* prices(6000, 1)
      await woken.promise
    }
    const first = run([], { runId, extract: slow })
    while (!world.search.server.requests.some((request) => request.endsWith('_bulk'))) await new Promise((resolve) => setImmediate(resolve))
    const second = await run(prices(6000, 2), { runId, attempt: 2 })
    expect(second).toMatchObject({ state: 'completed' })
    woken.resolve()
    expect((await first).state).toMatch(/^(fenced|failed)$/)
    expect(digestOf(found())).toEqual(digestOf(prices(6000, 2)))
  })
})
