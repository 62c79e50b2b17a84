import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { pipeToNodeResponse } from 'next/dist/server/pipe-readable.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Context } from '#lib/db/context.ts'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { connectionSchema, listedRunSchema } from '#lib/queries/api/answers.ts'
import type { ApiList, ListQuestion } from '#lib/queries/api/list.ts'
import { ASSET_LIST } from '#lib/queries/api/list-assets.ts'
import { CHANGE_LIST } from '#lib/queries/api/list-changes.ts'
import { CONNECTION_LIST } from '#lib/queries/api/list-connections.ts'
import { FEED_LIST } from '#lib/queries/api/list-feeds.ts'
import { GROUP_LIST } from '#lib/queries/api/list-groups.ts'
import { LINEAGE_LIST } from '#lib/queries/api/list-lineage.ts'
import { RUN_LIST } from '#lib/queries/api/list-runs.ts'
import { assetSchema, changeSchema, edgeSchema, feedSchema, groupSchema, problemSchema, removedSchema } from '#lib/queries/api/shapes.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare, look, runIs, seen, unseen } from '#lib/testing/history/state-world.ts'
import { insertFlow } from '#lib/testing/runs/flow-rows.ts'
import { listResponse } from './list-response.ts'

const START = Date.parse('2026-11-20T12:00:00Z')
const answerSchema = z.strictObject({ items: z.array(z.record(z.string(), z.unknown())), next: z.string().nullable() })
let database: TestDatabase
let clock: FakeClock
let ctx: Context

const TABLES = Array.from({ length: 5 }, (_, index) => `table${index}`)
const groupOfFeed = { invoices: 'finance' }
const assets = () => [
  ...TABLES.map((path) => anAsset(path)),
  anAsset('report', {
    feed: 'invoices',
    kind: 'consumer',
    upstream: [
      { key: 'lake/table0', origin: 'declared' },
      { key: 'lake/table1', origin: 'declared' },
    ],
  }),
]

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  await declare(ctx, assets(), groupOfFeed)
  clock.set(START + MINUTE_MS)
  await look(ctx, [...TABLES.slice(1).map((path) => seen(`lake/${path}`, { writtenAt: START })), unseen('lake/table0')])
  await insertFlow(ctx, { name: 'term', cron: '0 2 * * *' })
  for (const [n, at] of [START - MINUTE_MS, START, START + MINUTE_MS].entries()) {
    const id = `01980000-0000-7000-8000-00000000000${n}`
    await runIs(ctx, { id, flow: 'term', state: 'completed', scheduledFor: at, startedAt: at, endedAt: at })
  }
})
afterAll(() => database.drop())
beforeEach(() => clock.set(clock.now() + SECOND_MS))

function ask<Q extends ListQuestion, T>(list: ApiList<Q, T>, query = '', headers: Record<string, string> = {}): Promise<Response> {
  return listResponse(new Request(`http://localhost/api/v1/${list.name}?${query}`, { headers }), list, async () => ctx)
}

async function keysOf<Q extends ListQuestion, T>(list: ApiList<Q, T>, query = '') {
  const { items, next } = answerSchema.parse(await (await ask(list, query)).json())
  return { keys: items.map(({ key, id }) => key ?? id), next }
}

async function linesOf<Q extends ListQuestion, T>(list: ApiList<Q, T>, query = ''): Promise<unknown[]> {
  const text = await (await ask(list, query, { accept: 'application/x-ndjson' })).text()
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

describe('a list of the API', () => {
  it.each([
    ['assets', ASSET_LIST, assetSchema, 6],
    ['feeds', FEED_LIST, feedSchema, 2],
    ['groups', GROUP_LIST, groupSchema, 2],
    ['lineage', LINEAGE_LIST, edgeSchema, 2],
    ['changes', CHANGE_LIST, changeSchema, 1],
    ['runs', RUN_LIST, listedRunSchema, 3],
    ['connections', CONNECTION_LIST, connectionSchema, 1],
  ] as const)(
    '%s: answers what its schema says and nothing else, as JSON, page by page and as lines',
    async (name, given, schema, least) => {
      const list = given as unknown as ApiList<ListQuestion, unknown>
      const answer = await ask(list)
      const { items } = answerSchema.parse(await answer.json())
      expect(items.length).toBeGreaterThanOrEqual(least)
      for (const item of items) expect(z.strictObject(schema.shape).parse(item)).toEqual(item)
      expect(await linesOf(list)).toEqual(items)
      const pages: unknown[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = answerSchema.parse(await (await ask(list, `limit=1${cursor && `&cursor=${cursor}`}`)).json())
        pages.push(...page.items)
        cursor = page.next
      }
      expect(pages).toEqual(items)
      expect((await ask(list, '', { 'if-none-match': answer.headers.get('etag') ?? '' })).status, name).toBe(304)
      const lines = await ask(list, 'format=ndjson')
      expect((await ask(list, 'format=ndjson', { 'if-none-match': lines.headers.get('etag') ?? '' })).status).toBe(304)
    },
  )

  it('tells of an asset its clocks, verdict, evidence, policies and neighbours', async () => {
    const [asset] = (await (await ask(ASSET_LIST, 'key=lake/table1')).json()).items
    expect(asset).toMatchObject({
      feed: 'terms',
      group: 'records',
      verdict: { status: 'fresh', reason: 'on-time', since: '2026-11-20T12:00:00.000Z', staleAt: '2026-11-20T18:00:00.001Z' },
      clocks: { writtenAt: '2026-11-20T12:00:00.000Z', probedAt: '2026-11-20T12:01:00.000Z', loadedAt: null },
      evidence: { method: 'column', strength: 'strong', problem: null },
      policies: [{ kind: 'age', clock: 'writtenAt', inWords: expect.stringContaining('3 h') }],
      upstream: [],
      downstream: ['lake/report'],
    })
    const [unseenAsset] = (await (await ask(ASSET_LIST, 'key=lake/table0')).json()).items
    expect(unseenAsset.evidence.problem).toBe('The table could not be read.')
  })

  it('is told page by page, each item once, whatever comes in between', async () => {
    const first = await keysOf(ASSET_LIST, 'limit=4')
    await declare(ctx, [anAsset('newcomer', { feed: 'invoices' }), ...assets()], groupOfFeed)
    const second = await keysOf(ASSET_LIST, `limit=4&cursor=${first.next}`)
    expect([...first.keys, ...second.keys]).toEqual([...TABLES.map((path) => `lake/${path}`), 'lake/report', 'lake/newcomer'])
    expect(second.next).toBeNull()
  })

  it('is filtered before it is cut', async () => {
    expect((await keysOf(ASSET_LIST, 'group=finance&limit=1')).keys).toEqual(['lake/report'])
    expect((await keysOf(ASSET_LIST, 'status=fresh&limit=2')).keys).toEqual(['lake/table1', 'lake/table2'])
    expect((await keysOf(FEED_LIST, 'group=finance')).keys).toEqual(['invoices'])
    expect(await linesOf(LINEAGE_LIST, 'asset=lake/table0')).toEqual([
      { upstream: 'lake/table0', downstream: 'lake/report', origin: 'declared', origins: ['declared'], since: expect.any(String) },
    ])
  })

  it.each([
    ['colour=red', 'There is no parameter "colour" here.'],
    ['limit=0', '"limit" is a whole number from 1 to 1000.'],
    ['limit=x&status=purple', '"limit" is a whole number from 1 to 1000. "status" is one of'],
    ['cursor=bm90aGluZw', '"cursor" is none that was handed out for this list with these filters.'],
    ['changedSince=yesterday', '"changedSince" is an instant with its offset'],
    ['limit=5&format=ndjson', 'leave out "limit"'],
  ])('refuses in words what it does not understand: %s', async (query, words) => {
    const answer = await ask(ASSET_LIST, query)
    expect(answer.status).toBe(400)
    expect(problemSchema.parse(await answer.json()).problem).toContain(words)
  })

  it('takes the cursor of another filter for none of its own', async () => {
    const { next } = await keysOf(ASSET_LIST, 'limit=2')
    expect((await ask(ASSET_LIST, `cursor=${next}&feed=terms`)).status).toBe(400)
    expect((await ask(ASSET_LIST, `cursor=${next}&limit=1`)).status).toBe(200)
  })
})

describe('who has an answer already', () => {
  it.each(['', 'format=ndjson'])('is told only that (304), until something changes: ?%s', async (query) => {
    const first = await ask(ASSET_LIST, query)
    const tag = first.headers.get('etag') ?? ''
    expect(tag).toMatch(/^W\/"[\w-]{20,}"$/)
    expect((await ask(ASSET_LIST, query, { 'if-none-match': `"other", ${tag}` })).status).toBe(304)
    clock.set(clock.now() + MINUTE_MS)
    await look(ctx, [seen('lake/table2', { writtenAt: clock.now() })])
    expect((await ask(ASSET_LIST, query, { 'if-none-match': tag })).status).toBe(200)
  })

  it('is kept by nobody in between: an answer is for whoever asked', async () => {
    const { headers } = await ask(FEED_LIST)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('vary')).toContain('Authorization')
  })
})

describe('lines', () => {
  it('are packed for who takes that, and only then', async () => {
    const packed = await ask(ASSET_LIST, 'format=ndjson', { 'accept-encoding': 'br, gzip;q=0.8' })
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    const text = gunzipSync(Buffer.from(await packed.arrayBuffer())).toString()
    expect(text.split('\n').length).toBeGreaterThan(6)
    expect((await ask(ASSET_LIST, 'format=ndjson', { 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull()
  })

  it.each(['identity', 'gzip'])(
    'never look whole when the database breaks off in the middle: the connection is cut (%s)',
    async (coding) => {
      const asked: (string | null)[] = []
      let batch = 0
      const many: typeof ASSET_LIST = {
        ...ASSET_LIST,
        read: async (_ctx, _question, after, limit) => {
          asked.push(after)
          batch = limit
          if (after !== null) throw new Error('terminating connection')
          return Array.from({ length: limit }, (_, index) => ({
            place: `${index + 1}`,
            item: { key: `${index}`, removedAt: '' },
          }))
        },
      }
      // As Next answers: headers first, then the body for as long as it comes.
      const server = createServer(async (_request, response) => {
        const answer = await ask(many, 'format=ndjson', { 'accept-encoding': coding })
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        if (answer.body !== null) await pipeToNodeResponse(answer.body, response).catch(() => undefined)
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const reading = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).then((answer) => answer.text())
      await expect(reading).rejects.toThrow(/terminated|fetch failed/)
      expect(asked).toEqual([null, `${batch}`])
      server.close()
    },
  )

  it('of many batches are all there, each once and in order', async () => {
    const more = Array.from({ length: 2203 }, (_, index) => anAsset(`many${index}`, { feed: 'many' }))
    await declare(ctx, [...assets(), ...more], groupOfFeed)
    const keys = (await linesOf(ASSET_LIST, 'feed=many')).map((line) => z.looseObject({ key: z.string() }).parse(line).key)
    expect(keys).toEqual(more.map(({ key }) => key))
    await declare(ctx, assets(), groupOfFeed)
  })
})

describe('changes since', () => {
  it('are what was heard of since and what left the catalogue, and no look that found nothing new', async () => {
    await declare(ctx, [...assets(), anAsset('leaving')], groupOfFeed)
    const since = clock.now() + MINUTE_MS
    clock.set(since)
    const query = `changedSince=${new Date(since).toISOString()}`
    const before = await linesOf(ASSET_LIST, query)
    clock.set(since + MINUTE_MS)
    await look(ctx, [seen('lake/table1', { writtenAt: START }), seen('lake/table2', { writtenAt: clock.now() })])
    expect(before).toEqual([])
    expect(await linesOf(ASSET_LIST, query)).toMatchObject([{ key: 'lake/table2' }])
    expect(await linesOf(FEED_LIST, query)).toMatchObject([{ key: 'terms' }])
    clock.set(since + 2 * MINUTE_MS)
    await declare(ctx, assets(), groupOfFeed)
    const after = await linesOf(ASSET_LIST, `changedSince=${new Date(clock.now()).toISOString()}`)
    expect(after).toHaveLength(7)
    expect(after.at(-1)).toEqual({ key: 'lake/leaving', removedAt: new Date(clock.now()).toISOString() })
    expect(removedSchema.parse(after.at(-1))).toEqual(after.at(-1))
  })
})
