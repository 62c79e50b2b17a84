import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InboxFile } from '#lib/domain/files/inbox-file.ts'
import { uuidOf } from '#lib/records/landed/row-uuid.ts'
import { DynamoWorld } from '#lib/testing/connectors/dynamodb-world.ts'
import { jsonLines, type LandingWorld, landingWorld } from '#lib/testing/landing/landing-world.ts'

let world: LandingWorld
let dynamo: DynamoWorld
let table: string
beforeAll(async () => {
  ;[world, dynamo] = await Promise.all([landingWorld(), DynamoWorld.start()])
})
afterAll(() => Promise.all([world?.close(), dynamo?.close()]))
beforeEach(async () => {
  dynamo.reset()
  await world.forget()
  table = `prices_${randomUUID().slice(0, 8)}`
  const attributes = ['uuid', 'upload_date']
  await dynamo.createTable({
    TableName: table,
    KeySchema: attributes.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
  })
})

/** Lands a file in the table, as a run of this name does. */
async function land(
  file: InboxFile,
  written: Record<string, unknown> = {},
  more: { name?: string; tolerance?: number; runId?: string } = {},
) {
  const session = dynamo.session()
  const landed = await world.land(
    file,
    { into: `landing/${table}`, ...written },
    { ...more, write: async (...given) => (await session.write?.(...given)) ?? { rows: 0 } },
  )
  await session.close?.()
  return landed
}
const lines = async () => (await dynamo.items(table)).map((item) => Number(Object(item['line'])['N'])).sort((a, b) => a - b)
const writes = () => dynamo.control.requests.filter(({ operation }) => operation === 'BatchWriteItem').length

describe('a file that is landed in DynamoDB', () => {
  it('has an item for each record, by its uuid and the time of its upload', async () => {
    const file = world.store.put('incoming/ü.jsonl', '{"game":"Go","price":19.90}\n\n{"id":12345678901234567890}\n')
    expect((await land(file)).result).toMatchObject({
      rows: 2,
      rejected: 0,
      bytes: file.bytes,
      encoding: 'utf-8',
      changedBytes: 0,
      shape: { records: 2 },
    })
    expect(await dynamo.items(table)).toContainEqual({
      uuid: { S: uuidOf('uploads', file.key, file.version ?? '', 3) },
      upload_date: { S: '2026-11-30T06:00:00.000Z' },
      source: { S: 'shop' },
      bucket: { S: 'uploads' },
      key: { S: file.key },
      version: { S: file.version },
      line: { N: '3' },
      document: { M: { id: { N: '12345678901234567890' } } },
    })
    expect(await lines()).toEqual([1, 3])
  })

  it('is landed once, whoever asks for it and by whatever name of its version', async () => {
    const file = world.store.put('a.jsonl', jsonLines(60))
    world.store.aliases.set('etag', file.version ?? '')
    await land(file)
    const before = writes()
    for (const version of [file.version, 'etag', null])
      expect((await land({ ...file, version }, {}, { name: 'again' })).result).toMatchObject({ rows: 60 })
    expect(writes()).toBe(before)
    expect(await dynamo.items(table)).toHaveLength(60)
  })

  it.each([0, 1, 3, 5])('has each line once when DynamoDB is lost after %i requests, and two try again at the same time', async (good) => {
    const file = world.store.put('a.jsonl', jsonLines(150))
    dynamo.control.fault = () => (writes() > good ? 'server-error' : null)
    expect((await land(file)).end.state).toBe('failed')
    dynamo.reset()
    dynamo.control.leaves = (item) => item % 7 === 0
    const both = await Promise.all([land(file, {}, { name: 'one' }), land(file, {}, { name: 'two' })])
    for (const { result } of both) expect(result).toMatchObject({ rows: 150 })
    expect(await lines()).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
  })

  it('has each line once when the same bytes were written again between two tries: by the time that was known first', async () => {
    const file = world.store.put('a.jsonl', jsonLines(150))
    dynamo.control.fault = () => (writes() > 1 ? 'server-error' : null)
    expect((await land(file)).end.state).toBe('failed')
    dynamo.reset()
    world.store.touch(file.key, Date.parse('2026-11-30T07:00:00Z'))
    expect((await land(file, {}, { name: 'again' })).result).toMatchObject({ rows: 150 })
    expect(await lines()).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    const dates = (await dynamo.items(table)).map((item) => Object(item['upload_date'])['S'])
    expect(new Set(dates)).toEqual(new Set(['2026-11-30T06:00:00.000Z']))
  })

  it('is not called gone when its table is', async () => {
    table = 'nowhere'
    expect((await land(world.store.put('a.jsonl', jsonLines(1)))).error).toMatchObject({ code: 'unavailable', lasting: undefined })
  })

  it('is not begun when it cannot be used: cut off at its end, or with too many records that are none', async () => {
    expect((await land(world.store.put('a.jsonl', `${jsonLines(50)}{"a":`))).end.problem).toContain('was cut off in the middle')
    expect((await land(world.store.put('b.jsonl', `${jsonLines(50)}{\n`))).end.problem).toContain(
      '1 of its 51 rows cannot be, more than 1 %',
    )
    expect(writes()).toBe(0)
  })

  it('has records put aside that are none, or that DynamoDB cannot hold, with their lines', async () => {
    const file = world.store.put('a.jsonl', `{"a":\n\n{"n":1}\n${JSON.stringify({ text: 'x'.repeat(420_000) })}\n{"n":2}\n`)
    const { end, result } = await land(file, {}, { tolerance: 0.5 })
    expect(result).toMatchObject({ rows: 2, rejected: 2 })
    expect(end.ledger.rejections.map(({ key, reason }) => `${key}: ${reason}`)).toEqual([
      `uploads/a.jsonl (${file.version}) line 1: is not JSON`,
      expect.stringMatching(/^uploads\/a\.jsonl \(.+\) line 4: The row has 42\d+ bytes, and an item may have 409600\.$/),
    ])
    expect(await lines()).toEqual([3, 5])
  })
})
