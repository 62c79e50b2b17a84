import { describe, expect, it } from 'vitest'
import { cloud, grid } from '#lib/testing/files/told-files.ts'
import { readFileEvents } from './file-event.ts'

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')

describe('events of Azure', () => {
  const at = Date.parse('2026-01-02T03:04:05.123Z')

  it('are read in a list, alone, as CloudEvents, and in base64 as a Storage Queue has them', () => {
    const file = { bucket: 'landing', key: 'sis/term.csv', version: '0x8D1', bytes: 123, at, sequencer: '00EB', change: 'written' }
    for (const body of [[grid()], grid(), cloud(), [cloud()], base64(grid()), base64([cloud()])])
      expect(readFileEvents(body)).toEqual([file])
    expect(readFileEvents([grid(), cloud()])).toHaveLength(2)
  })

  it.each(['PutBlob', 'PutBlockList', 'CopyBlob', 'FlushWithClose', 'SftpCommit'])('%s writes a file', (api) => {
    expect(readFileEvents([grid({ api })])).toHaveLength(1)
  })

  it.each(['CreateFile', 'SftpCreate'])('%s only begins one', (api) => {
    expect(readFileEvents([grid({ api, contentLength: 0 })])).toEqual([])
  })

  it.each(['Microsoft.EventGrid.SubscriptionValidationEvent', 'Microsoft.Storage.BlobTierChanged', 'Microsoft.Storage.DirectoryCreated'])(
    '%s: no file',
    (eventType) => {
      expect(readFileEvents([grid({ validationCode: 'x' }, { eventType })])).toEqual([])
      expect(readFileEvents(cloud({ type: eventType }))).toEqual([])
    },
  )

  it('of a blob that is gone, or called otherwise, say so', () => {
    const renamed = {
      api: 'RenameFile',
      sourceUrl: 'https://acct.dfs.core.windows.net/landing/tmp/a.csv',
      destinationUrl: 'https://acct.dfs.core.windows.net/landing/in/a%20b.csv',
    }
    const body = [grid({}, { eventType: 'Microsoft.Storage.BlobDeleted' }), grid(renamed, { eventType: 'Microsoft.Storage.BlobRenamed' })]
    expect(readFileEvents(body).map(({ key, change, version }) => [key, change, version])).toEqual([
      ['sis/term.csv', 'removed', null],
      ['tmp/a.csv', 'removed', null],
      ['in/a b.csv', 'written', null],
    ])
  })

  it.each([
    ['a+b c%2F.csv', 'https://acct.blob.core.windows.net/landing/a+b%20c%252F.csv', 'a+b c%2F.csv'],
    // Event Grid cannot write every character into the subject; the address has it.
    ['log\uFFFD\uFFFD.csv', 'https://acct.blob.core.windows.net/landing/log%F0%9F%92%8E.csv', 'log💎.csv'],
  ])('with %s in the subject and the address %s: the blob %s', (name, url, key) => {
    const body = [grid({ url }, { subject: `/blobServices/default/containers/landing/blobs/${name}` })]
    expect(readFileEvents(body).map((event) => event.key)).toEqual([key])
  })

  it('that name no blob are refused', () => {
    expect(() => readFileEvents([grid({ url: 'x' }, { subject: '' })])).toThrow(/^Event 1 names no blob/)
  })
})
