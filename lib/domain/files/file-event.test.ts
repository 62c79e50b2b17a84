import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bridged, grid, notification, record, s3 } from '#lib/testing/files/told-files.ts'
import { FileEventError, readFileEvents } from './file-event.ts'
import type { FileEvent } from './told-file.ts'

const AT = Date.parse('2026-01-02T03:04:05.000Z')

const keys = (body: unknown) => readFileEvents(body).map(({ key }) => key)
const problem = (body: unknown): string => {
  try {
    return `read: ${JSON.stringify(readFileEvents(body))}`
  } catch (error) {
    if (error instanceof FileEventError) return error.publicMessage
    throw error
  }
}
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

const FILE: FileEvent = {
  bucket: 'landing',
  key: 'a.csv',
  version: 'e1',
  bytes: 123,
  at: AT,
  sequencer: '0055AED6DCD90281E5',
  change: 'written',
}

describe('records of S3', () => {
  it('are all read, not the first alone', () => {
    expect(keys(s3(record(), record({ key: 'b.csv' }), record({ key: 'c.csv' })))).toEqual(['a.csv', 'b.csv', 'c.csv'])
    expect(readFileEvents(s3(record()))).toEqual([FILE])
  })

  it.each([
    ['the test message of a new notification', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'landing' }],
    ['no records', s3()],
    ['the mark of a folder', s3(record({ key: 'incoming/', size: 0 }))],
    ['tags that somebody put on', s3(record({}, { eventName: 'ObjectTagging:Put' }))],
    ['a copy elsewhere', s3(record({}, { eventName: 'Replication:OperationReplicatedAfterThreshold' }))],
  ])('%s: no file', (_what, body) => {
    expect(readFileEvents(body)).toEqual([])
    expect(readFileEvents(notification(body))).toEqual([])
  })

  it.each([
    ['sis/term+2261.csv', 'sis/term 2261.csv'],
    ['a%2Bb.csv', 'a+b.csv'],
    ['m%C3%BCsli.csv', 'müsli.csv'],
    ['a%2Fb.csv', 'a/b.csv'],
    ['a%252Fb.csv', 'a%2Fb.csv'],
    ['flat.csv', 'flat.csv'],
    ['/leading//double.csv', '/leading//double.csv'],
    ['%F0%9F%92%8E.json', '💎.json'],
    ['100%25.csv', '100%.csv'],
  ])('the key %s is the file %s', (encoded, key) => {
    expect(keys(s3(record({ key: encoded })))).toEqual([key])
  })

  it('of any key say that key', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => !text.endsWith('/') && !text.includes('\0'))
    fc.assert(
      fc.property(key, (given) => {
        const encoded = encodeURIComponent(given).replaceAll('%20', '+')
        expect(keys(s3(record({ key: encoded })))).toEqual([given])
        expect(keys(bridged({ key: given }))).toEqual([given])
      }),
    )
  })

  it.each([
    [{ versionId: 'v7' }, 'v7'],
    [{ versionId: 'null' }, 'e1'],
    [{ versionId: '' }, 'e1'],
    [{ eTag: '"e2"' }, 'e2'],
    [{ eTag: 'W/"e3"' }, 'e3'],
    [{ eTag: undefined }, null],
  ])('with %j it is the version %s', (object, version) => {
    expect(readFileEvents(s3(record(object)))[0]?.version).toBe(version)
  })

  it.each([
    ['ObjectRemoved:Delete', 'removed'],
    ['ObjectRemoved:DeleteMarkerCreated', 'removed'],
    ['LifecycleExpiration:Delete', 'removed'],
    ['ObjectCreated:CompleteMultipartUpload', 'written'],
    ['s3:ObjectCreated:Copy', 'written'],
  ])('%s: the file is %s', (eventName, change) => {
    const body = s3(record({ size: undefined, eTag: undefined }, { eventName }))
    expect(readFileEvents(body)).toEqual([{ ...FILE, version: null, bytes: null, change }])
  })

  it('may stand in SNS, in SQS, in both, and be a text', () => {
    const body = s3(record(), record({ key: 'b+c.csv' }))
    for (const sent of [body, JSON.stringify(body), notification(body), JSON.stringify(notification(body)), [notification(body)]])
      expect(keys(sent)).toEqual(['a.csv', 'b c.csv'])
  })

  it('are read with a time that says no zone, and without the time', () => {
    expect(readFileEvents(s3(record({}, { eventTime: '2026-01-02T03:04:05' })))[0]).toEqual({ ...FILE, at: null })
  })
})

describe('events of EventBridge', () => {
  it('have keys that are not encoded', () => {
    const [event] = readFileEvents(bridged({ key: 'sis/term 1+1%2F.csv', 'version-id': 'v1' }))
    expect(event).toEqual({ ...FILE, key: 'sis/term 1+1%2F.csv', version: 'v1', sequencer: '0055' })
  })

  it.each([
    ['Object Deleted', ['removed']],
    ['Object Tags Added', []],
    ['constructor', []],
  ])('%s: %j', (type, changes) => {
    const body = notification(bridged({}, { 'detail-type': type }))
    expect(readFileEvents(body).map(({ change }) => change)).toEqual(changes)
  })

  it('of another system are none of a file', () => {
    expect(problem(bridged({}, { source: 'aws.ec2' }))).toBe('"source" is not "aws.s3": EventBridge tells of no file here.')
  })
})

describe('CloudEvents', () => {
  it.each([
    ['a record', { data: record({ key: 'a+b.csv' }) }],
    ['a notification', { data: s3(record({ key: 'a+b.csv' })) }],
    ['base64', { data_base64: base64(record({ key: 'a+b.csv' })) }],
  ])('of S3 hold %s', (_what, content) => {
    const event = { specversion: '1.0', id: '1', source: 'aws:s3', type: 'com.amazonaws.s3.ObjectCreated:Put', ...content }
    expect(keys(event)).toEqual(['a b.csv'])
    expect(keys([event, event])).toEqual(['a b.csv', 'a b.csv'])
  })
})

describe('what tells of no file', () => {
  it.each([
    ['a time that is missing and more', s3(record({ key: '' }, { eventTime: undefined })), /^Event 1: "s3.object.key" is empty\.$/],
    ['nothing', undefined, /^This tells of no file/],
    ['another text', 'hello', /^This is not JSON/],
    ['a number', 7, /^This tells of no file/],
    ['another event', [{ specversion: '1.0', type: 'order', source: 'x', id: '1' }], /^Event 1 tells of no file: it has no data/],
    [
      'a record of another system',
      s3(record(), { eventName: 'INSERT', dynamodb: {} }),
      /^Event 2: "s3" is missing: this is no record of S3/,
    ],
    ['a key that is not encoded', s3(record({ key: '100%.csv' })), /^Event 1: "s3.object.key" is not URL-encoded/],
    ['a key with half a character', s3(record({ key: '%FF' })), /is not URL-encoded/],
    ['a key that cannot be kept', s3(record({ key: 'a%00b' })), /holds characters that no key can have/],
    ['a key without end', s3(record({ key: 'a'.repeat(2001) })), /is longer than 2000 characters/],
    ['a length below nothing', s3(record({ size: -1 })), /"s3.object.size" is less than 0/],
    ['a subscription to confirm', { Type: 'SubscriptionConfirmation', Message: 'You have chosen …' }, /SubscribeURL/],
    ['an event of another topic', [grid({}, { eventType: 'Microsoft.Resources.ResourceWriteSuccess' })], /no event of Azure Storage/],
    ['envelopes without end', [1, 2, 3, 4, 5, 6].reduce<unknown>((inner) => notification(inner), s3(record())), /more than 5 envelopes/],
  ])('%s', (_what, body, words) => {
    expect(problem(body)).toMatch(words)
  })

  it('is told all at once', () => {
    expect(problem(s3(record({ key: undefined }), record(), record({ size: 'x' }, { eventName: '' })))).toBe(
      'Event 1: "s3.object.key" is missing or not a text. Event 3: "eventName" is empty. Event 3: "s3.object.size" is not a number.',
    )
  })

  it('throws nothing else, whatever is sent', () => {
    const anything = fc.anything({ withNullPrototype: true })
    const members = fc.record(
      {
        Records: anything,
        Type: anything,
        Message: fc.oneof(anything, fc.json()),
        specversion: anything,
        type: fc.oneof(anything, fc.constant('Microsoft.Storage.BlobCreated')),
        eventType: fc.oneof(anything, fc.constant('Microsoft.Storage.BlobRenamed')),
        'detail-type': anything,
        data: anything,
        subject: anything,
      },
      { requiredKeys: [] },
    )
    fc.assert(fc.property(fc.oneof(anything, members, fc.array(members)), (body) => void problem(body)))
  })

  it('hides none of those beside what cannot be read, however they are packed', () => {
    const good = (key: string) => ({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'shop' }, object: { key } } })
    const notice = (...records: unknown[]) => ({ Type: 'Notification', Message: JSON.stringify({ Records: records }) })
    const keysBeside = (body: unknown) => {
      try {
        return readFileEvents(body).map(({ key }) => key)
      } catch (error) {
        if (!(error instanceof FileEventError)) throw error
        return [...error.readable.map(({ key }) => key), error.publicMessage]
      }
    }
    const words = 'Event 2: "s3" is missing: this is no record of S3.'
    expect(keysBeside({ Records: [good('a'), { eventName: 'x' }, good('b'), good('c/')] })).toEqual(['a', 'b', words])
    expect(keysBeside(JSON.stringify(notice(good('a'), { eventName: 'x' })))).toEqual(['a', words])
    expect(keysBeside([notice(good('a')), notice(good('b'), { eventName: 'x' }), notice(good('c'))])).toEqual([
      ...['a', 'b', 'c'],
      `Event 2 cannot be read: ${words}`,
    ])
  })
})
