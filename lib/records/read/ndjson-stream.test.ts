import { describe, expect, it } from 'vitest'
import { streamLines } from './ndjson-stream.ts'

async function* pieces(...texts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield typeof text === 'string' ? Buffer.from(text) : text
}

const read = (source: AsyncIterable<Uint8Array>, most = 1000) => Array.fromAsync(streamLines('The API', source, most))

describe('lines of JSON', () => {
  it('come one by one, however the pieces are cut', async () => {
    expect(await read(pieces('{"a":1}\n{"b"', ':2}\r\n', '{"c":3}\n{"d":4}\n'))).toEqual(['{"a":1}', '{"b":2}', '{"c":3}', '{"d":4}'])
    const bytes = Buffer.from('{"n":"Zoë"}\n{"n":"Dvořák"}\n')
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte))
    expect(await read(pieces(...single))).toEqual(['{"n":"Zoë"}', '{"n":"Dvořák"}'])
  })

  it('may have blank lines between them, and no end after the last', async () => {
    expect(await read(pieces('\n  \n{"a":1}\n\n\r\n{"b":2}'))).toEqual(['{"a":1}', '{"b":2}'])
    expect(await read(pieces())).toEqual([])
    expect(await read(pieces('', '\n'))).toEqual([])
  })

  it('are refused when one is longer than the limit, before it is all there', async () => {
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        sent += 100
        yield Buffer.alloc(100, 'x')
      }
    }
    await expect(read(endless(), 1000)).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('more than 1000 bytes'),
    })
    expect(sent).toBeLessThanOrEqual(1200)
  })

  it('close their source when nobody wants more', async () => {
    let closed = false
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.from('{}\n')
      } finally {
        closed = true
      }
    }
    for await (const _line of streamLines('The API', source(), 10)) break
    expect(closed).toBe(true)
  })
})
