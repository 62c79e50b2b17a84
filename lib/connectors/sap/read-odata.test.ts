import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { type HttpReceiver, startHttpReceiver } from '#lib/testing/servers/http-receiver.ts'
import { readOData } from './read-odata.ts'
import { sapSettings } from './settings.ts'

let receiver: HttpReceiver
beforeAll(async () => {
  receiver = await startHttpReceiver()
})
afterAll(() => receiver.close())

async function read(protocol: string, pages: string[], call = {}, more = {}): Promise<unknown[]> {
  const left = [...pages]
  receiver.behave((response) => response.setHeader('content-type', 'application/json').end(left.shift()))
  const settings = sapSettings.parse({ url: receiver.url, protocol, user: 'u', password: 'p', ...more })
  const connection = { key: 'sap', settings, clock: new FakeClock(0), log: silentLog, signal: new AbortController().signal }
  return Array.fromAsync(readOData(connection, { entitySet: 'S', ...call }))
}
const lastPath = () => receiver.requests.at(-1)?.path

describe('pages of OData', () => {
  it('that end before what was asked for are refused, also when only so many rows were wanted', async () => {
    const page = '{"d":{"results":[{"A":1},{"A":2}],"__count":"9"}}'
    await expect(read('odata2', [page], { top: 5 })).rejects.toMatchObject({ publicMessage: expect.stringContaining('not complete') })
    expect(await read('odata2', [page], { top: 2 })).toHaveLength(2)
    expect(await read('odata2', ['{"d":{"results":[{"A":1}],"__count":"1"}}'], { top: 5 })).toHaveLength(1)
  })

  it('are asked for in the same SAP client', async () => {
    const first = `{"d":{"results":[{"A":1}],"__count":"2","__next":"${receiver.url}/S?$skiptoken=1"}}`
    expect(await read('odata2', [first, '{"d":{"results":[{"A":2}]}}'], {}, { client: '100' })).toHaveLength(2)
    expect(lastPath()).toBe('/hook/S?$skiptoken=1&sap-client=100')
  })

  it('may be named as OData 4.01 names them', async () => {
    const first = '{"@context":"$metadata#S","@count":2,"value":[{"@id":"S(1)","A@type":"Int32","A":1}],"@nextLink":"S?$skiptoken=1"}'
    expect(await read('odata4', [first, '{"value":[{"A":2}]}'])).toEqual([{ A: 1 }, { A: 2 }])
    expect(lastPath()).toBe('/hook/S?$skiptoken=1')
  })

  it('are streamed: what stands after the rows counts all the same', async () => {
    const late = '{"value":[{"A":1}],"error":{"code":"X/1","message":"The selection broke for U90000001"}}'
    await expect(read('odata4', [late])).rejects.toMatchObject({ publicMessage: expect.stringMatching(/X\/1 The selection broke for …$/) })
    await expect(read('odata4', ['{"value":[{"A":1},{"A"'])).rejects.toMatchObject({ code: 'unavailable', retryable: true })
  })

  it.each([
    ['odata2', '{"d":{"PERNR":"1"}}'],
    ['odata2', '{"d":{"results":{}}}'],
    ['odata2', '{"d":null}'],
    ['odata4', '{"value":{"A":1}}'],
    ['odata4', '{"value":[1]}'],
    ['odata4', '[]'],
    ['odata4', '"x"'],
  ])('of %s are refused when they hold no list of rows: %s', async (protocol, body) => {
    await expect(read(protocol, [body])).rejects.toMatchObject({ code: 'refused' })
  })
})
