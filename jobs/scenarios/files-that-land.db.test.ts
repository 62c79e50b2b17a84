import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PretendS3, startS3 } from '#demo/stores/s3.ts'
import { acceptFiles } from '#lib/commands/inbox/accept-files.ts'
import { DynamoWorld } from '#lib/testing/connectors/dynamodb-world.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

let harness: ScenarioHarness
let store: PretendS3

beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-30T06:00:00Z')
  store = await startS3({ clock: harness.clock })
  harness.variables.set('S3_URL', store.url).set('S3_QUEUE', store.queueUrl)
  harness.variables.set('S3_KEY', store.key.accessKeyId).set('S3_SECRET', store.key.secretAccessKey)
  store.bucket('uploads')
})
afterEach(async () => {
  await harness.close()
  await store.close()
})

const catalogue = (on: string) => `page: { name: Shop, zone: UTC, readyBy: "08:00" }
connections:
  lake: { kind: postgres, probe: 4h, url: "\${LAKE_DATABASE_URL}" }
  shop:
    kind: s3
    probe: 4h
    endpoint: "\${S3_URL}"
    region: ${store.region}
    accessKeyId: "\${S3_KEY}"
    secretAccessKey: "\${S3_SECRET}"
    queue: "\${S3_QUEUE}"
flows:
  prices:
    feed: games/prices
    on: [${on}]
    land: { into: lake/games.prices }
`
const prices = (...names: string[]) => names.map((game) => `${JSON.stringify({ game })}\n`).join('')
const games = async () =>
  (await harness.lake<{ game: string }>(`select document ->> 'game' as game from games.prices order by 1`)).map(({ game }) => game)
const inbox = async () => {
  const rows = await harness.rows<{ key: string; state: string; tries: number; rows: number | null }>(
    'select key, state, tries, rows::int as rows from inbox_file order by inbox_file.id',
  )
  return rows.map(({ key, state, tries, rows: landed }) => `${key} ${state} ${tries}${landed === null ? '' : ` ${landed}`}`)
}
const runs = () => harness.rows('select trigger, state, rows_loaded::int as rows from run order by scheduled_for')

const CONTRACT = `contracts:
  prices:
    apiVersion: v3.1.0
    kind: DataContract
    id: prices
    version: 1.0.0
    status: active
    team: { name: Shop team }
    schema:
      - name: prices
        properties:
          - { name: game, logicalType: string, required: true, unique: true }
          - { name: price, logicalType: number }
groups: { games: { feeds: { prices: { assets: { lake/games.prices: { contract: prices } } } } } }
`
const breaks = () =>
  harness.rows<{ at: string }>(
    `select status, words, source || ':' || file as file, to_char(from_at at time zone 'UTC', 'HH24:MI') as since, to_at is null as open from contract_break order by from_at`,
  )

describe('files that land in a bucket', () => {
  it('are held against the contract of their table, file by file, whatever columns that has', async () => {
    await harness.declare(catalogue('{ file: shop/uploads/incoming }') + CONTRACT)
    const put = (name: string, ...records: object[]) =>
      store.put('uploads', name, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
    put('incoming/a.jsonl', { game: 'Chess', price: 3 }, { game: 'Go', price: 1.5 })
    await harness.until('2026-11-30T06:01:00Z')
    expect(await breaks()).toEqual([])
    put('incoming/b.jsonl', { game: 'Halma', cost: 2 })
    await harness.until('2026-11-30T06:02:00Z')
    const words = 'the field "price" is gone, perhaps renamed: "cost" came (promised by "Shop team")'
    expect(await breaks()).toEqual([
      { status: 'stale', words, file: 'shop:uploads/incoming/b.jsonl', since: expect.any(String), open: true },
    ])
    expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toMatch(/^stale\/contract-broken/)
    put('incoming/c.jsonl', { game: 'Halma', cost: 3 })
    await harness.until('2026-11-30T06:03:00Z')
    expect(await breaks(), 'a second file with the same is no news').toHaveLength(1)
    put('incoming/d.jsonl', { game: 'Ludo', price: 3 })
    await harness.until('2026-11-30T06:04:00Z')
    expect(await breaks()).toMatchObject([{ open: false }])
    expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toMatch(/^fresh/)
    expect(await harness.rows("select told_by, landed ->> 'file' as file from asset_shape order by seen_at desc limit 1")).toEqual([
      { told_by: 'file', file: 'uploads/incoming/d.jsonl' },
    ])
    expect(await harness.rows('select judged from landed_shape')).toEqual([{ judged: true }])
  })

  it('are told by its queue, lie in the lake moments later, and turn their feed fresh', async () => {
    await harness.declare(catalogue('{ file: shop/uploads/incoming, match: "**.jsonl" }'))
    await harness.until('2026-11-30T06:01:00Z')
    expect(await runs()).toEqual([])
    store.put('uploads', 'incoming/steam ü+1.jsonl', prices('Chess', 'Go'))
    store.put('uploads', 'incoming/readme.txt', 'not for us')
    store.put('uploads', 'elsewhere/a.jsonl', prices('Halma'))
    await harness.until('2026-11-30T06:02:00Z')
    expect(await games()).toEqual(['Chess', 'Go'])
    expect(await inbox()).toEqual(['incoming/steam ü+1.jsonl landed 1 2'])
    expect(await runs()).toEqual([{ trigger: 'file', state: 'completed', rows: 2 }])
    expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toMatch(/^fresh\/on-time 30 06:01–$/)
  })

  it('land once, although the queue repeats itself and a place is listed every minute', async () => {
    await harness.declare(catalogue('{ file: shop/uploads/incoming, by: listing, every: 1m }'))
    store.put('uploads', 'incoming/a.jsonl', prices('Chess', 'Go'))
    await harness.until('2026-11-30T06:02:00Z')
    store.put('uploads', 'incoming/b.jsonl', prices('Halma'))
    await harness.until('2026-11-30T06:05:00Z')
    expect(await games()).toEqual(['Chess', 'Go', 'Halma'])
    expect(await runs()).toHaveLength(2)
  })

  it('that cannot be read hold up no other; what is written over them lands, and nobody is left to be failed', async () => {
    await harness.declare(catalogue('{ file: shop/uploads/incoming }'))
    store.put('uploads', 'incoming/a.jsonl', '<html>Sign in</html>')
    store.put('uploads', 'incoming/b.jsonl', prices('Chess'))
    await harness.until('2026-11-30T06:01:00Z')
    expect((await inbox()).sort()).toEqual(['incoming/a.jsonl failed 1', 'incoming/b.jsonl landed 1 1'])
    expect(await harness.rows("select reason from inbox_file where state = 'failed'")).toEqual([
      { reason: expect.stringContaining('it is a web page or XML') },
    ])
    expect(await runs()).toMatchObject([{ trigger: 'file', state: 'partial' }])
    store.put('uploads', 'incoming/a.jsonl', prices('Go'))
    await harness.until('2026-11-30T06:02:00Z')
    expect(await games()).toEqual(['Chess', 'Go'])
    expect((await runs()).at(-1)).toMatchObject({ state: 'completed', rows: 1 })
  })

  it('that we may not read are tried again, later each time, and land once we may', async () => {
    await harness.declare(catalogue('{ file: shop/uploads/incoming, by: push }'))
    const { etag } = store.put('uploads', 'incoming/a.jsonl', prices('Chess'))
    store.control.set('denied')
    await acceptFiles(harness.ctx, 'prices', 'shop', [
      { bucket: 'uploads', key: 'incoming/a.jsonl', version: etag, bytes: 1, at: null, sequencer: '0A', change: 'written' },
    ])
    await harness.until('2026-11-30T06:05:00Z')
    expect(await inbox()).toEqual(['incoming/a.jsonl arrived 2'])
    expect(await runs()).toMatchObject([{ state: 'partial' }, { state: 'partial' }])
    store.control.clear()
    await harness.until('2026-11-30T06:07:00Z')
    expect(await games()).toEqual(['Chess'])
    expect(await inbox()).toEqual(['incoming/a.jsonl landed 3 1'])
  })

  it('are copied first, unpacked, decoded and landed in DynamoDB, where the catalogue says so', async () => {
    const dynamo = await DynamoWorld.start()
    try {
      const attributes = ['uuid', 'upload_date']
      await dynamo.createTable({
        TableName: 'landing_table',
        KeySchema: attributes.map((AttributeName, at) => ({ AttributeName, KeyType: at === 0 ? 'HASH' : 'RANGE' })),
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      })
      const { endpoint = '', accessKeyId = '', secretAccessKey = '' } = dynamo.connection().settings
      harness.variables.set('DYNAMO_URL', String(endpoint)).set('DYNAMO_KEY', accessKeyId).set('DYNAMO_SECRET', secretAccessKey)
      const connection =
        'landing: { kind: dynamodb, probe: 4h, endpoint: "${DYNAMO_URL}", accessKeyId: "${DYNAMO_KEY}", secretAccessKey: "${DYNAMO_SECRET}" }'
      await harness.declare(
        catalogue('{ file: shop/uploads/incoming }')
          .replace('connections:\n', `connections:\n  ${connection}\n`)
          .replace('into: lake/games.prices', 'into: landing/landing_table, copy: shop/uploads/landed'),
      )
      const lines = Array.from({ length: 60 }, (_, n) => `${JSON.stringify({ game: `Zo\xeb ${n}` })}\r\n`).join('')
      const { etag } = store.put('uploads', 'incoming/a.jsonl.gz', gzipSync(Buffer.from(lines, 'latin1')))
      await harness.until('2026-11-30T06:01:00Z')
      expect(await inbox()).toEqual(['incoming/a.jsonl.gz landed 1 60'])
      const items = await dynamo.items('landing_table')
      expect(items).toHaveLength(60)
      expect(items).toContainEqual(
        expect.objectContaining({ line: { N: '8' }, version: { S: etag }, document: { M: { game: { S: 'Zoë 7' } } } }),
      )
      expect(store.control.requests).toContainEqual(expect.stringContaining(`PUT /uploads/landed/shop/uploads/incoming/${etag}/a.jsonl.gz`))
      expect((await spansOf(harness.ctx, 'prices', 'feed')).at(-1)).toMatch(/^fresh\/on-time 30/)
    } finally {
      await dynamo.close()
    }
  })
})
