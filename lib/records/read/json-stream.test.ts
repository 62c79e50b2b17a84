import { describe, expect, it } from 'vitest'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type JsonPath, streamJson } from './json-stream.ts'

const SAMPLE = '[{"a":[1,-2.5e3,"x\\"]}\\\\",{"b":[null]}],"ü":"é😀"}, {} ,[], "s" ,true]'

/** The text in pieces of `size` bytes, so that every border is met. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string, size = 3, walk: (path: JsonPath) => boolean = (path) => path.length < 2): Promise<string[]> {
  const found: string[] = []
  for await (const piece of streamJson('The shop', pieces(text, size), walk))
    found.push(`${piece.path.join('/')} ${piece.kind === 'end' ? 'end' : piece.text}`)
  return found
}

describe('a JSON stream', () => {
  it.each([1, 2, 3, 5, 1000])('finds the same pieces however the bytes arrive (%i at a time)', async (size) => {
    expect(await read(SAMPLE, size)).toEqual([
      '0/a [1,-2.5e3,"x\\"]}\\\\",{"b":[null]}]',
      '0/ü "é😀"',
      '0 end',
      '1 end',
      '2 end',
      '3 "s"',
      '4 true',
      ' end',
    ])
  })

  it('gives a whole text that it need not walk', async () => {
    expect(await read('{"a":1}', 1, () => false)).toEqual([' {"a":1}'])
    expect(await read(' 12 ', 1)).toEqual([' 12'])
    expect(await read('12', 1)).toEqual([' 12'])
  })

  it('walks as deep as asked', async () => {
    expect(await read('[[[1],2]]', 2, () => true)).toEqual(['0/0/0 1', '0/0 end', '0/1 2', '0 end', ' end'])
  })

  it('tells an empty list from an empty object', async () => {
    const lists: boolean[] = []
    for await (const piece of streamJson('The shop', pieces('[{},[]]', 2), () => true)) if (piece.kind === 'end') lists.push(piece.isList)
    expect(lists).toEqual([false, true, true])
  })

  it('notices at every byte that the text was cut off', async () => {
    const whole = '[{"a":[1,"x"]},{}]'
    for (let length = 0; length < whole.length; length += 1) {
      const error: unknown = await read(whole.slice(0, length)).catch((e: unknown) => e)
      expect(error, whole.slice(0, length)).toBeInstanceOf(TidemarkError)
      expect(error).toMatchObject({ retryable: true, publicMessage: 'The answer of The shop was cut off in the middle.' })
    }
  })

  it.each(['[1,]', '[1 2]', '{"a" 1}', '{1:2}', '[1]]', '{"a":1,}'])('refuses %s', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'refused', publicMessage: 'The answer of The shop is not JSON.' })
  })

  it('gives up on a value without end, so that one lost quote does not cost the memory of the whole answer', async () => {
    let sent = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('[{"a":"lost\\"}')
      for (; sent < 100; sent += 1) yield Buffer.alloc(1_000_000, 'x')
    }
    const reading = Array.fromAsync(streamJson('The shop', endless(), (path) => path.length === 0))
    await expect(reading).rejects.toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('more than 32 MB') })
    expect(sent).toBeLessThan(40)
  })

  it('closes its source when the reader stops', async () => {
    let closed = false
    async function* source() {
      try {
        for (;;) yield Buffer.from('[1,')
      } finally {
        closed = true
      }
    }
    for await (const _ of streamJson('The shop', source(), () => true)) break
    expect(closed).toBe(true)
  })
})
