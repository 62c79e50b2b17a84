import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FileRecord } from '#lib/records/file-record.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { type AzureWorld, startAzureWorld } from '#lib/testing/connectors/azure-world.ts'
import { type S3World, startS3World } from '#lib/testing/connectors/s3-world.ts'
import type { StoreSession } from '#lib/testing/connectors/store-session.ts'
import { extractFiles } from './extract-files.ts'

let s3: S3World
let azure: AzureWorld
beforeAll(async () => {
  s3 = await startS3World()
  azure = await startAzureWorld('extracts')
})
afterAll(async () => {
  await s3.standIn.close()
  await azure.close()
})
afterEach(() => {
  s3.standIn.control.clear()
  azure.blobs.behave()
})

const read = (session: StoreSession, request: Record<string, unknown>) => session.extract?.(request) ?? expect.fail('reads nothing')
const shown = (record: unknown) => {
  if (record instanceof UnusableRecord) return `${record.place}: ${record.reason}`
  if (!(record instanceof FileRecord)) return record
  const { bucket, key, line } = record.at
  return `${bucket}/${key} ${line} ${JSON.stringify(record.value)}`
}
const fromS3 = async (request: Record<string, unknown>) => (await Array.fromAsync(read(s3.session(), request))).map(shown)

const FILES: Record<string, string | Buffer> = {
  'a/1.jsonl': '{"id":1}\n\n{"id":12345678901234567890}\r\nno json\n',
  'a/2.json': '[{"id":2},{"id":3}]',
  'a/3.csv': Buffer.from('id,name\n4,caf\xe9\n', 'latin1'),
  'b/4.jsonl.gz': Buffer.concat([gzipSync('{"id":5}\n'), gzipSync('{"id":6}\n')]),
  'b/5.jsonl': Buffer.from('\ufeff{"id":7}\n', 'utf16le'),
  'b/_SUCCESS': '',
  'empty.jsonl': '',
}
const RECORDS = [
  'a/1.jsonl 1 {"id":1}',
  'a/1.jsonl 3 {"id":12345678901234567890}',
  'a/1.jsonl line 4: is not JSON',
  'a/2.json 1 {"id":2}',
  'a/2.json 2 {"id":3}',
  'a/3.csv 2 {"id":"4","name":"café"}',
  'b/4.jsonl.gz 1 {"id":5}',
  'b/4.jsonl.gz 2 {"id":6}',
  'b/5.jsonl 1 {"id":7}',
]
const below = (place: string) => RECORDS.map((record) => `${place}/${record}`)

describe('the records of the files of a place', () => {
  it('come from S3 with where they stand, whatever their files are', async () => {
    for (const [key, content] of Object.entries(FILES)) s3.standIn.put('shop', `ns/${key}`, content)
    s3.standIn.put('shop', 'ns-old/9.jsonl', '{"id":9}\n')
    expect(await fromS3({ path: 'shop/ns' })).toEqual(below('shop/ns'))
    expect(await fromS3({ path: 'shop/ns', complete: '_SUCCESS' })).toEqual(below('shop/ns').slice(-3))
  })

  it('come from Azure alike', async () => {
    for (const [key, content] of Object.entries(FILES)) await azure.put('extracted', `ns/${key}`, content)
    const records = await Array.fromAsync(read(azure.session(), { path: 'extracted/ns' }))
    expect(records.map(shown)).toEqual(below('extracted/ns'))
  })

  it('are read as it is said, and of one file where the path names it', async () => {
    s3.standIn.put('shop', 'one/a.txt', Buffer.from('id;n\n1;\x80\n', 'latin1'))
    const format = { as: 'csv', delimiter: ';', encoding: 'windows-1252' }
    expect(await fromS3({ path: 'shop/one/a.txt', ...format })).toEqual(['shop/one/a.txt 2 {"id":"1","n":"€"}'])
    expect(await fromS3({ path: 'shop/one/b.txt', ...format })).toEqual([])
  })

  it.each([
    ['a file that breaks off', 'x.jsonl.gz', gzipSync('{"id":1}\n').subarray(0, 20), {}, 'x.jsonl.gz (shop) was cut off'],
    ['a web page', 'x.jsonl', '<!doctype html><p>Sign in', {}, 'it is a web page or XML'],
    ['a record that is larger than may be', 'x.jsonl', `{"id":"${'x'.repeat(2000)}"}\n`, { limits: { record: '1KB' } }, 'more than 1'],
    [
      'a file that unpacks to more than may be',
      'x.jsonl.gz',
      gzipSync(Buffer.alloc(3_000_000, 32)),
      { limits: { unpacked: '1MB' } },
      'unpacks to more than 1.0 MB',
    ],
  ])('are not there without all of them: %s', async (_, key, content, more, words) => {
    s3.standIn.put('spoilt', 'a.jsonl', '{"id":0}\n')
    s3.standIn.put('spoilt', key, content)
    await expect(fromS3({ path: 'spoilt', ...more })).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
    s3.standIn.remove('spoilt', key)
  })

  it.each(['slow-down', 'cut-body', 'cut-listing', 'server-error'] as const)(
    'come whole from a store in trouble, or not at all: %s',
    async (fault) => {
      s3.standIn.put('shop', 'calm/1.jsonl', '{"id":1}\n')
      s3.standIn.control.set(fault, 1)
      const records = await fromS3({ path: 'shop/calm' }).catch((error: unknown) => error)
      if (Array.isArray(records)) expect(records).toEqual(['shop/calm/1.jsonl 1 {"id":1}'])
      else expect(records).toMatchObject({ name: 'TidemarkError', retryable: true })
    },
  )

  it('say so where nobody may read, or there is no such place', async () => {
    s3.standIn.put('shop', 'calm/1.jsonl', '{"id":1}\n')
    await expect(fromS3({ path: 'nowhere' })).rejects.toMatchObject({ code: 'not-found' })
    s3.standIn.control.set('denied')
    await expect(fromS3({ path: 'shop/calm' })).rejects.toMatchObject({ code: 'refused' })
  })
})

describe('files that change between the listing and the reading', () => {
  const LARGE = Array.from({ length: 60_000 }, (_, id) => `{"id":${id},"of":"old"}\n`).join('')
  const GONE = { code: 'unavailable', retryable: true, publicMessage: expect.stringMatching(/replaced or removed after .* read again/) }

  it.each<[string, () => unknown]>([
    ['replaced', () => s3.standIn.put('moving', '2.jsonl', '{"id":2,"of":"new"}\n')],
    ['removed', () => s3.standIn.remove('moving', '2.jsonl')],
  ])('end the reading, so that two states are never mixed: %s', async (_, change) => {
    for (const id of [1, 2]) s3.standIn.put('moving', `${id}.jsonl`, `{"id":${id},"of":"old"}\n`)
    const records = read(s3.session(), { path: 'moving' })[Symbol.asyncIterator]()
    await records.next()
    change()
    await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => records })).rejects.toMatchObject(GONE)
  })

  it('end it in the middle of a file, too', async () => {
    s3.standIn.put('halves', 'a.jsonl', LARGE)
    s3.standIn.control.set('cut-body', 1)
    s3.standIn.control.onRequest = (request) => {
      if (s3.standIn.control.requests.filter((one) => one.includes('/a.jsonl')).length === 2 && request.includes('/a.jsonl'))
        s3.standIn.put('halves', 'a.jsonl', LARGE.replaceAll('old', 'new'))
    }
    s3.standIn.control.requests.splice(0)
    await expect(fromS3({ path: 'halves' })).rejects.toMatchObject(GONE)
  })

  it('are read as they were listed where their store keeps versions', async () => {
    s3.standIn.bucket('kept').keepsVersions = true
    for (const id of [1, 2]) s3.standIn.put('kept', `${id}.jsonl`, `{"id":${id},"of":"old"}\n`)
    const records = read(s3.session(), { path: 'kept' })[Symbol.asyncIterator]()
    await records.next()
    s3.standIn.put('kept', '2.jsonl', '{"id":2,"of":"new"}\n')
    expect((await Array.fromAsync({ [Symbol.asyncIterator]: () => records })).map(shown)).toEqual(['kept/2.jsonl 1 {"id":2,"of":"old"}'])
  })
})

it('more files than anybody reads at once are refused before the first one is opened', async () => {
  const file = { bucket: 'b', version: '1', bytes: 1, modifiedAt: 0 }
  const session = {
    async *files() {
      for (let n = 0; n <= 100_000; n++) yield { ...file, key: `in/${n}` }
    },
    openFile: () => expect.fail('is opened'),
  }
  await expect(Array.fromAsync(extractFiles({ connection: { key: 'shop' }, session }, { path: 'b/in' }))).rejects.toMatchObject({
    code: 'invalid',
    publicMessage: 'There are more than 100,000 files below b/in: too many to read at once. Name a deeper path.',
  })
})
