import { describe, expect, it } from 'vitest'
import { type RecordFormat, readRecords } from './record-format.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** Read once as a whole and once byte by byte, which must not make a difference. */
async function read(text: string | Buffer, format: RecordFormat): Promise<unknown> {
  const readBy = (size: number) =>
    Array.fromAsync(readRecords({ system: 'Parking', what: 'The answer', bytes: inPieces(Buffer.from(text), size) }, format))
  const whole = await readBy(65_536)
  expect(await readBy(1)).toEqual(whole)
  return whole
}

const LATIN1 = Buffer.from('[{"name":"Zo\xeb"}]', 'latin1')

describe('CSV', () => {
  it.each(['a,b\n1,2\r\n3,4\r\n', 'a,b\r\n1,2\n3,4', 'a,b\r1,2\r3,4\r', 'a,b\n1,2\n3,4\r'])(
    '%j has two rows: every kind of line end ends a line',
    async (text) => {
      expect(await read(text, { format: 'csv' })).toEqual([
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ])
    },
  )

  it('keeps line ends within quotes, and knows a mark of byte order', async () => {
    expect(await read('\ufeffa,b\r\n"1\r\n2","3\n4"\r\n', { format: 'csv' })).toEqual([{ a: '1\r\n2', b: '3\n4' }])
  })
})

describe('JSON', () => {
  it('is refused when it is not UTF-8, instead of losing characters', async () => {
    await expect(read(LATIN1, { format: 'json' })).rejects.toMatchObject({ publicMessage: expect.stringContaining('not UTF-8') })
  })

  it('may begin with a mark of byte order, and keeps characters of several bytes', async () => {
    expect(await read('\ufeff[{"name":"Zoë 🎓"}]', { format: 'json' })).toEqual([{ name: 'Zoë 🎓' }])
  })

  it.each(['{"success":false,"data":[]}', '{"status":"error","data":[{"a":1}]}', '{"data":[],"status":"Failed"}'])(
    '%j reports an error although it was sent as a good answer',
    async (text) => {
      await expect(read(text, { format: 'json', records: 'data' })).rejects.toMatchObject({
        code: 'refused',
        publicMessage: expect.stringContaining('reports an error'),
      })
    },
  )

  it.each(['{"success":true,"status":"ok","data":[{"a":1}]}', '{"status":200,"data":[{"a":1}]}'])('%j reports none', async (text) => {
    expect(await read(text, { format: 'json', records: 'data' })).toEqual([{ a: 1 }])
  })
})
