import { once } from 'node:events'
import { createServer } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { answerJson as json } from '#lib/testing/servers/http-receiver.ts'
import { type DepartmentWorld, departmentWorld } from '#lib/testing/worlds/department-world.ts'

const world = await departmentWorld()
const { other } = world
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const read: DepartmentWorld['readOther'] = (request, settings) => world.readOther(request, settings)

describe('an answer without rows', () => {
  it.each([
    ['204', 204, '', {}],
    ['an empty 200', 200, '', {}],
    ['white space', 200, ' \r\n', {}],
    ['null', 200, 'null', {}],
    ['null in place of the list', 200, '{"data":{"items":null}}', { records: 'data.items' }],
    ['an empty 200 that would have a total', 200, '', { records: 'data', total: 'total' }],
    ['an empty list and a total of 0', 200, '{"data":[],"total":0}', { records: 'data', total: 'total' }],
    ['null and a total of 0', 200, '{"data":null,"total":0}', { records: 'data', total: 'total' }],
    ['an empty 200 of pages', 200, '', { paging: { by: 'page', size: 2 } }],
    ['204 of links', 204, '', { paging: { by: 'link', size: 2 } }],
    ['an empty CSV', 200, '', { format: 'csv' }],
    ['204 for CSV', 204, '', { format: 'csv' }],
    ['an empty NDJSON', 200, '', { format: 'ndjson' }],
  ])('is one: %s', async (_what, status, body, request) => {
    other.behave((response) => response.writeHead(status).end(body))
    expect(await read(request)).toEqual([])
  })

  it('is none when it announces some', async () => {
    other.behave(json({ data: null, total: 3 }))
    await expect(read({ records: 'data', total: 'total' })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('announces 3 rows'),
    })
  })
})

describe('compressed answers', () => {
  const body = Buffer.from('[{"a":1}]')
  it.each([
    ['gzip', gzipSync(body)],
    ['GZIP', gzipSync(body)],
    ['x-gzip', gzipSync(body)],
    ['X-GZip, identity', gzipSync(body)],
    ['gzip, gzip', gzipSync(gzipSync(body))],
    ['deflate', deflateSync(body)],
    ['deflate', deflateRawSync(body)],
    ['x-deflate', deflateSync(body)],
    ['gzip, deflate', deflateRawSync(gzipSync(body))],
    ['gzip', Buffer.concat([gzipSync('[{"a":1}'), gzipSync(']')])],
    ['none', body],
    ['UTF-8', body],
    ['aws-chunked', body],
    ['br', brotliCompressSync(body)],
    ['identity', body],
    ['', body],
    ['', gzipSync(body)],
  ])('are read: content-encoding %j', async (encoding, bytes) => {
    other.behave((response) => response.writeHead(200, encoding === '' ? {} : { 'content-encoding': encoding }).end(bytes))
    expect(await read({})).toEqual([{ a: 1 }])
  })

  it.each(['gzip', 'deflate', 'br'])('without a single byte are answers without rows: %s', async (encoding) => {
    other.behave((response) => response.writeHead(200, { 'content-encoding': encoding }).end())
    expect(await read({})).toEqual([])
  })

  it.each([
    ['gzip', gzipSync(body).subarray(0, -3)],
    ['deflate', deflateSync(body).subarray(0, -3)],
    ['deflate', deflateRawSync(body).subarray(0, -3)],
    ['br', brotliCompressSync(body).subarray(0, -2)],
  ])('that end early are asked for again: %s', async (encoding, bytes) => {
    other.behave((response) => response.writeHead(200, { 'content-encoding': encoding }).end(bytes))
    await expect(read({})).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('in the middle of its answer') })
  })

  it.each(['gzip', 'deflate', 'br'])('that are none are called so, and no broken connection: %s', async (encoding) => {
    other.behave((response) => response.writeHead(200, { 'content-encoding': encoding }).end(body))
    await expect(read({})).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('not compressed as it says') })
  })

  it('that we cannot undo are refused in words', async () => {
    other.behave((response) => response.writeHead(200, { 'content-encoding': 'compress' }).end(body))
    await expect(read({})).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('compressed in a way we cannot undo'),
    })
  })
})

describe('what an answer is', () => {
  it.each([
    ['JSON', { format: 'json' }, '[{"a":"1"}]'],
    ['CSV', { format: 'csv' }, 'a\n1\n'],
    ['NDJSON', { format: 'ndjson' }, '{"a":"1"}\n'],
  ])('decides its content, whatever it is labelled: %s as a web page', async (_what, request, body) => {
    for (const type of ['text/html', 'text/html; charset=utf-8', 'application/xhtml+xml', 'image/png']) {
      other.behave((response) => response.writeHead(200, { 'content-type': type }).end(body))
      expect(await read(request)).toEqual([{ a: '1' }])
    }
  })

  it.each([
    '{"code":0}',
    '{"code":"0","message":""}',
    '{"code":0,"message":"OK"}',
    '{"code":200,"message":"OK"}',
    '{"errorCode":"00"}',
    '[]',
    '{}',
    '[null]',
    '""',
    '"none"',
    '"0"',
    '0',
    'false',
    'null',
    '{"count":0,"items":[]}',
  ])('`"error": %s` beside its rows reports none', async (error) => {
    other.behave((response) => response.end(`{"error":${error},"errors":${error},"data":[{"a":1}]}`))
    expect(await read({ records: 'data' })).toEqual([{ a: 1 }])
    other.behave((response) => response.end(`{"error":${error},"a":1}\n`))
    expect(await read({ format: 'ndjson' })).toHaveLength(1)
  })

  it.each([
    '{"code":7}',
    '{"code":0,"status":"failed"}',
    '{"message":"x"}',
    '["x"]',
    '"x"',
    '1',
    'true',
    '{"code":"E1","message":null}',
    '[{"code":5}]',
  ])('`"error": %s` reports one', async (error) => {
    other.behave((response) => response.end(`{"error":${error},"data":[{"a":1}]}`))
    await expect(read({ records: 'data' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('reports an error') })
  })
})

describe('an answer that lets nobody in', () => {
  it.each([401, 403])('refuses no credentials where none were sent: HTTP %i', async (status) => {
    other.behave((response) => response.writeHead(status).end())
    await expect(read({})).rejects.toMatchObject({ publicMessage: expect.stringContaining('does not let us in without credentials') })
    const signedIn = { auth: 'bearer', token: 'wrong' }
    await expect(read({}, signedIn)).rejects.toMatchObject({ publicMessage: expect.stringContaining('refused the credentials') })
  })
})

describe('an answer without a length', () => {
  async function rawServer(answer: string, header = 'X-None: 1'): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n${header}\r\nConnection: close\r\n\r\n${answer}`))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.close())
    const address = server.address()
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  }

  it.each([
    ['csv', 'a,b\n1,2\n3'],
    ['csv', 'a,b\n1,2\n3,4'],
    ['csv', 'a,b\n1,2\n3,"4'],
    ['ndjson', '{"a":1}\n{"a":'],
    ['json', '[{"a":1},{"a":2}'],
  ])('that ends in mid-row was cut off: %s %j', async (format, text) => {
    await expect(read({ format }, { baseUrl: await rawServer(text) })).rejects.toMatchObject({
      retryable: true,
      publicMessage: expect.stringContaining('cut off in the middle'),
    })
  })

  it.each(['Content-Encoding: identity', 'Content-Encoding:', 'Content-Encoding: utf-8', 'Transfer-Encoding: identity'])(
    'is one also with %s',
    async (header) => {
      const baseUrl = await rawServer('a,b\n1,2\n3,4', header)
      await expect(read({ format: 'csv' }, { baseUrl })).rejects.toMatchObject({ publicMessage: expect.stringContaining('cut off in') })
    },
  )

  it('that ends with a row is whole', async () => {
    expect(await read({ format: 'csv' }, { baseUrl: await rawServer('a,b\n1,2\n3,4\n') })).toHaveLength(2)
    expect(await read({ format: 'ndjson' }, { baseUrl: await rawServer('{"a":1}\n{"a":2}') })).toHaveLength(2)
  })

  it('may lack the last line end where a length tells that it is whole', async () => {
    other.behave((response) => response.writeHead(200, { 'content-length': 11 }).end('a,b\n1,2\n3,4'))
    expect(await read({ format: 'csv' })).toHaveLength(2)
    other.behave((response) => {
      response.write('a,b\n1,2\n')
      response.end('3,4')
    })
    expect(await read({ format: 'csv' })).toHaveLength(2)
  })
})

describe('a row that is nested 5,000 deep', () => {
  const deep = `{"id":1234567890123456789,"deep":${'['.repeat(5000)}${']'.repeat(5000)}}`
  it.each([
    ['JSON', { format: 'json', records: 'data' }, `{"data":[{"id":1},${deep},{"id":2}]}`],
    ['pages', { format: 'json', records: 'data', paging: { by: 'page', size: 9 }, total: 'total' }, `{"total":2,"data":[${deep},${deep}]}`],
    ['NDJSON', { format: 'ndjson' }, `{"id":1}\n${deep}\n`],
  ])('does not end the reading: %s', async (_what, request, body) => {
    other.behave((response) => response.end(body))
    expect((await read(request)).length).toBeGreaterThan(1)
  })
})
