import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ExactNumber, type JsonObject } from '#lib/domain/values/json.ts'
import { DynamoWorld } from '#lib/testing/connectors/dynamodb-world.ts'

const TABLE = 'landing_table'
let world: DynamoWorld
let at = 0

beforeAll(async () => {
  world = await DynamoWorld.start()
})
afterAll(() => world.close())
afterEach(() => world.reset())

/** A table of its own for each case. */
async function aTable(): Promise<string> {
  const name = `${TABLE}_${at++}`
  await world.createTable({
    TableName: name,
    KeySchema: [
      { AttributeName: 'uuid', KeyType: 'HASH' },
      { AttributeName: 'upload_date', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'uuid', AttributeType: 'S' },
      { AttributeName: 'upload_date', AttributeType: 'S' },
    ],
  })
  return name
}

const row = (line: number, more: JsonObject = {}): JsonObject => ({
  uuid: `u${line}`,
  upload_date: '2026-11-20T06:00:00.000Z',
  line,
  document: { price: line / 4, tags: ['a', null, true] },
  ...more,
})
const rows = (count: number) => Array.from({ length: count }, (_, line) => row(line))

async function write(path: string, given: Iterable<JsonObject> | AsyncIterable<JsonObject>, session = world.session()) {
  const aside: string[] = []
  const written = await session.write?.({ path, rows: given, putAside: (reason, place) => void aside.push(`${place}: ${reason}`) })
  await session.close?.()
  return { rows: written?.rows, aside }
}

const batches = () => world.control.requests.filter(({ operation }) => operation === 'BatchWriteItem')
const sizes = () => batches().map(({ body }) => Object.values(Object(body['RequestItems']) as Record<string, unknown[]>).flat().length)

describe('rows that are written', () => {
  it('are those of a role, which outlasts the question that first wanted it', async () => {
    const table = await aTable()
    const session = world.session({ role: 'arn:aws:iam::111122223333:role/tidemark', tables: [table] })
    const calling = new AbortController()
    const putAside = () => {}
    expect(await session.write?.({ path: table, rows: rows(1), putAside }, calling.signal)).toMatchObject({ rows: 1 })
    calling.abort()
    expect(await session.check()).toMatchObject({ ok: true })
    await session.close?.()
  })

  it('are all there, with every value as it was, in requests of at most 25', async () => {
    const table = await aTable()
    const exact = row(900, { document: { id: new ExactNumber('12345678901234567890'), text: 'ü\u0000', empty: '', none: {} } })
    expect(await write(table, [...rows(60), exact])).toEqual({ rows: 61, aside: [] })
    expect(Math.max(...sizes())).toBe(25)
    const items = await world.items(table)
    expect(items).toHaveLength(61)
    expect(items).toContainEqual({
      uuid: { S: 'u900' },
      upload_date: { S: '2026-11-20T06:00:00.000Z' },
      line: { N: '900' },
      document: { M: { id: { N: '12345678901234567890' }, text: { S: 'ü\u0000' }, empty: { S: '' }, none: { M: {} } } },
    })
    expect(items).toContainEqual(
      expect.objectContaining({ document: { M: { price: { N: '0.75' }, tags: { L: [{ S: 'a' }, { NULL: true }, { BOOL: true }] } } } }),
    )
  })

  it('are the same rows when they are written again', async () => {
    const table = await aTable()
    await write(table, rows(30))
    const before = await world.items(table)
    await write(table, rows(30))
    expect(await world.items(table)).toEqual(before)
  })

  it('of one key are one, the last, whether they come in one request or in two', async () => {
    const table = await aTable()
    const again = [row(1, { line: 101 }), ...rows(40).slice(2), row(1, { line: 102 }), row(2, { line: 103 })]
    expect(await write(table, [row(1), ...again])).toEqual({ rows: 42, aside: [] })
    const lines = new Map((await world.items(table)).map((item) => [Object(item['uuid']).S, Object(item['line']).N]))
    expect([lines.get('u1'), lines.get('u2'), lines.size]).toEqual(['102', '103', 39])
  })

  it('are taken as slowly as they are written', async () => {
    const table = await aTable()
    let taken = 0
    let mostAhead = 0
    async function* slow() {
      for (const one of rows(400)) {
        taken += 1
        mostAhead = Math.max(mostAhead, taken - 25 * batches().length)
        yield one
      }
    }
    expect(await write(table, slow())).toEqual({ rows: 400, aside: [] })
    expect(mostAhead).toBeLessThanOrEqual(6 * 25)
  })
})

describe('a row that the table cannot hold', () => {
  it.each<[string, JsonObject, RegExp]>([
    ['is too large', row(1, { document: 'x'.repeat(400 * 1024) }), /has \d+ bytes, and an item may have 409600/],
    ['has no key', { uuid: 'u1' }, /has no upload_date/],
    ['has an empty key', row(1, { uuid: '' }), /holds nothing in uuid/],
    ['has a key of another type', row(1, { uuid: 5 }), /something else than text in uuid/],
    ['has a key that is too long', row(1, { upload_date: 'x'.repeat(1025) }), /more than 1024 bytes in upload_date/],
    ['has more digits than are kept', row(1, { n: new ExactNumber('1'.repeat(39)) }), /more than 38 digits in n/],
    ['has too large a number', row(1, { n: new ExactNumber('1e126') }), /too large/],
    ['has half a character', row(1, { document: '\ud800' }), /half a character in document/],
  ])('%s, is put aside with its place, and the others are written', async (_what, bad, why) => {
    const table = await aTable()
    const { rows: written, aside } = await write(table, [row(7), bad, row(8)])
    expect(written).toBe(2)
    expect(aside).toEqual([expect.stringMatching(/^2: /)])
    expect(aside[0]).toMatch(why)
    expect(await world.items(table)).toHaveLength(2)
  })

  it('as only its server knows costs none of those in the same request', async () => {
    const table = await aTable()
    world.control.fault = ({ operation, body }) =>
      operation === 'BatchWriteItem' && JSON.stringify(body).includes('"u3"') ? 'refused' : null
    const { rows: written, aside } = await write(table, rows(10))
    expect(written).toBe(9)
    expect(aside).toEqual([expect.stringMatching(/^4: DynamoDB \(shop\) refused the row/)])
    expect(await world.items(table)).toHaveLength(9)
  })
})

describe('a table that does not keep up', () => {
  it('is given again what it left, and nothing else, until all of it is there', async () => {
    const table = await aTable()
    world.control.leaves = (item) => item % 3 !== 0
    expect(await write(table, rows(100))).toEqual({ rows: 100, aside: [] })
    expect(await world.items(table)).toHaveLength(100)
    expect(sizes().reduce((sum, size) => sum + size, 0)).toBeLessThan(100 * 4)
  })

  it('and never does, ends it in words, worth another try', async () => {
    const table = await aTable()
    world.control.leaves = () => true
    await expect(write(table, rows(5))).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      publicMessage: expect.stringContaining('does not keep up'),
    })
    expect(batches()).toHaveLength(12)
  })

  it.each(['throttled', 'server-error', 'cut', 'cut-after'] as const)('and is %s now and then, gets every row once', async (fault) => {
    const table = await aTable()
    world.control.fault = ({ operation, place }) => (operation === 'BatchWriteItem' && place % 2 === 1 ? fault : null)
    expect(await write(table, rows(120))).toEqual({ rows: 120, aside: [] })
    expect(await world.items(table)).toHaveLength(120)
  })

  it('stops when it is called off', async () => {
    const table = await aTable()
    const calling = new AbortController()
    world.control.leaves = () => true
    world.control.fault = ({ operation }) => {
      if (operation === 'BatchWriteItem') calling.abort()
      return null
    }
    const session = world.session()
    await expect(session.write?.({ path: table, rows: rows(50), putAside: () => {} }, calling.signal)).rejects.toThrow()
  })
})

describe('what cannot be written to', () => {
  it.each([
    ['nowhere_at_all', 'it is not there'],
    ['no', 'cannot be the name of a table'],
  ])('%s says so, and nothing is taken', async (path, words) => {
    let taken = 0
    const given = (function* () {
      taken += 1
      yield row(1)
    })()
    await expect(write(path, given)).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
    expect(taken).toBe(0)
  })

  it.each([
    ['unauthorised', { systemWide: true, publicMessage: expect.stringContaining('refused the credentials') }],
    ['denied', { publicMessage: expect.stringContaining('does not let us write to') }],
  ] as const)('for who is %s ends it at once', async (fault, error) => {
    const table = await aTable()
    world.control.fault = ({ operation }) => (operation === 'BatchWriteItem' ? fault : null)
    await expect(write(table, rows(30))).rejects.toMatchObject(error)
    expect(batches().length).toBeLessThanOrEqual(2)
  })
})
