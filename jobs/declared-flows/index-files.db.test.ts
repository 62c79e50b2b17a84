import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type S3World, startS3World } from '#lib/testing/connectors/s3-world.ts'
import { type IndexRun, type IndexWorld, openIndexWorld } from '#lib/testing/runs/index-world.ts'

let world: IndexWorld
let store: S3World
beforeAll(async () => {
  world = await openIndexWorld()
  store = await startS3World()
})
afterAll(async () => {
  await world?.close()
  await store?.standIn.close()
})
beforeEach(() => world.beginAnew())
afterEach(() => {
  store.standIn.control.clear()
  store.standIn.bucket('namespace').objects.clear()
  store.standIn.bucket('namespace').sorted = null
})

const FLOW = `
extract: { from: shop/namespace/prices/v1 }
index: { into: search/prices }`
function run({ yaml = FLOW, ...more }: Partial<IndexRun> = {}) {
  const session = store.session()
  const extract: IndexRun['extract'] = (request, signal) => session.extract?.(request, signal) ?? expect.fail('reads nothing')
  return world.run([], { yaml, extract, ...more })
}

/** Files with so many lines each, of one state of the shop. */
function write(state: number, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) {
    const lines = Array.from({ length: count }, (_, game) => `${JSON.stringify({ game, state })}\n`).join('')
    store.standIn.put('namespace', `prices/v1/${name}`, name.endsWith('.gz') ? gzipSync(lines) : lines)
  }
}
const found = () => world.found()
const ids = () => found()?.map(([id]) => id)
const indexNames = () => world.indexNames()

describe('an index of the files of a namespace', () => {
  it('has a document of each record, told apart by file and line', async () => {
    write(1, { 'b.jsonl.gz': 1, 'a.jsonl': 2 })
    const end = await run()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 3, report: { rowsSeen: 3, counts: { rows: 3, index: indexNames()[0] } } })
    expect(found()).toEqual([
      ['["namespace","prices/v1/a.jsonl",1]', { game: 0, state: 1 }],
      ['["namespace","prices/v1/a.jsonl",2]', { game: 1, state: 1 }],
      ['["namespace","prices/v1/b.jsonl.gz",1]', { game: 0, state: 1 }],
    ])
  })

  it('is told apart by a field where one is named, and leaves out what is gone from the namespace', async () => {
    const yaml = `${FLOW.replace('search/prices', 'search/prices, key: game')}\nselect: { game: { from: game, type: integer } }`
    write(1, { 'a.jsonl': 4 })
    await run({ yaml })
    expect(ids()).toEqual(['0', '1', '2', '3'])
    write(2, { 'a.jsonl': 3 })
    expect(await run({ yaml })).toMatchObject({ state: 'completed', rowsLoaded: 3 })
    expect(ids()).toEqual(['0', '1', '2'])
  })

  it('puts aside what cannot be used under its file and line', async () => {
    write(1, { 'a.jsonl': 300 })
    store.standIn.put('namespace', 'prices/v1/b.jsonl', '{"game":1}\nnothing\n[1]\n')
    expect(await run({ yaml: `${FLOW}\nrejectTolerance: 0.01` })).toMatchObject({ state: 'partial', rowsLoaded: 301 })
    const { ledger } = await run({ yaml: `${FLOW}\nrejectTolerance: 0.01` })
    expect(ledger.rejections.map(({ key, reason }) => [key, reason])).toEqual([
      ['namespace/prices/v1/b.jsonl line 2', 'is not JSON'],
      ['namespace/prices/v1/b.jsonl line 3', expect.stringContaining('is not a record with fields')],
    ])
  })

  it.each<[string, () => void, string]>([
    [
      'a file breaks off',
      () => store.standIn.put('namespace', 'prices/v1/b.jsonl.gz', gzipSync('{"game":1}\n').subarray(0, 20)),
      'b.jsonl.gz (shop) was cut off',
    ],
    ['no file is there', () => store.standIn.remove('namespace', 'prices/v1/a.jsonl'), 'There is no row to index'],
    ['most records are gone', () => write(2, { 'a.jsonl': 5 }), 'The answer holds 5 rows, the index 10'],
    ['nobody may read', () => store.standIn.control.set('denied'), 'S3'],
  ])('stays as it is, and nothing is left behind, when %s', async (_, spoil, words) => {
    write(1, { 'a.jsonl': 10 })
    await run()
    const before = [indexNames(), found()]
    spoil()
    expect(await run()).toMatchObject({ state: 'failed', problem: expect.stringContaining(words) })
    expect([indexNames(), found()]).toEqual(before)
  })

  it('holds one state of its files, although they change while they are read', async () => {
    write(1, { 'a.jsonl': 3000, 'b.jsonl': 3000 })
    let isChanged = false
    store.standIn.control.onRequest = (request) => {
      if (isChanged || !request.includes('/b.jsonl')) return
      isChanged = true
      write(2, { 'a.jsonl': 3000, 'b.jsonl': 3000 })
    }
    expect(await run()).toMatchObject({ state: 'completed', rowsLoaded: 6000 })
    expect(new Set(found()?.map(([, document]) => document['state']))).toEqual(new Set([2]))
  })
})

describe('a table of the files of a namespace', () => {
  it('is loaded as from any other source', async () => {
    write(1, { 'd=1/a.jsonl': 2, 'd=2/a.jsonl.gz': 3 })
    const yaml = `
extract: { from: shop/namespace/prices/v1, folder: newest }
select: { game: { from: game, type: integer } }
load: { into: lake/games_raw.listed }`
    expect(await run({ yaml })).toMatchObject({ state: 'completed', rowsLoaded: 3 })
    expect(await world.lake.count('games_raw.listed')).toBe(3)
  })
})

describe('a build of files that is broken off', () => {
  /** Two batches. */
  const COUNTS = { 'a.jsonl': 2000, 'b.jsonl.gz': 2010, 'c.jsonl': 1000 }
  const WANTED = 5010
  const digest = () => [found()?.length, new Set(ids()).size, ...new Set(found()?.map(([, document]) => document['state']))]

  // Six stories, each with its own time: a sixth of all requests each.
  it.each([1, 2, 3, 4, 5, 6])(
    'at any request to either side (each sixth of them, from number %i on) ends in exactly the records, also of files that changed meanwhile',
    async (first) => {
      write(0, COUNTS)
      await run()
      const torn: unknown[] = []
      const whole = world.onChange(() => {
        const seen = digest()
        if (seen.length !== 3 || seen[0] !== WANTED) torn.push(seen)
      })
      let isOver = false
      for (let point = first; !isOver; point += 6) {
        const runId = randomUUID()
        const control = new AbortController()
        let count = 0
        const asked = () => {
          whole()
          count += 1
          if (count === point) control.abort(new Error('killed'))
        }
        world.search.server.behaviour.isHeard = () => {
          asked()
          return count !== point || point % 2 === 0
        }
        store.standIn.control.onRequest = asked
        write(point * 2, COUNTS)
        const begun = await run({ runId, signal: control.signal })
        isOver = count < point
        world.search.server.behaviour.isHeard = () => true
        store.standIn.control.onRequest = whole
        const isChanged = Math.ceil(point / 3) % 3 === 0
        if (isChanged) write(point * 2 + 1, COUNTS)
        const ended = isOver ? begun : await run({ runId, attempt: 2, ledger: world.ledgerAfter(begun) })
        expect(ended, `killed at request ${point}`).toMatchObject({ state: 'completed', rowsLoaded: WANTED })
        const [documents, different, ...states] = digest()
        expect([documents, different, states.length], `killed at request ${point}`).toEqual([WANTED, WANTED, 1])
        const isPublishedBefore = begun.ledger.ended.some(({ name, result }) => name === 'index' && result !== undefined)
        if (!isOver && !isPublishedBefore) expect(states, `killed at request ${point}`).toEqual([point * 2 + Number(isChanged)])
        expect(indexNames().length, `killed at request ${point}`).toBeLessThanOrEqual(2)
        if (point > 60) expect.fail('is never over')
      }
      expect(torn).toEqual([])
    },
  )
})
