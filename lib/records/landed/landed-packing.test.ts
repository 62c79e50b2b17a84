import { gzipSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { inPieces, LIMITS, problemOf, readLanded } from '#lib/testing/landing/landed-text.ts'
import { LandedReading } from './landed-reading.ts'

const LINES = Array.from({ length: 500 }, (_, n) => `{"n":${n},"name":"Zoë ${n}"}\n`).join('')
const gzip = gzipSync(LINES)
const zip = (files: Record<string, string>) =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]))))

describe('a packed file', () => {
  it.each([
    ['plain', Buffer.from(LINES)],
    ['gzip', gzip],
    ['gzip of several members', Buffer.concat([gzipSync(LINES.slice(0, 4000)), gzipSync(''), gzipSync(LINES.slice(4000))])],
    ['gzip with zeros behind it', Buffer.concat([gzip, Buffer.alloc(512)])],
    ['zip', zip({ 'prices.jsonl': LINES })],
  ])('is told by its first bytes, whatever it is called: %s', async (_what, bytes) => {
    const read = await readLanded(bytes, {}, 'prices.jsonl')
    expect(read.rows).toHaveLength(500)
    expect(read.rows.at(-1)).toEqual([500, { n: 499, name: 'Zoë 499' }])
    expect(read.bytes).toBe(Buffer.byteLength(LINES))
  })

  it.each([
    ['a gzip that was cut off', gzip.subarray(0, -40), 'unavailable: The file was cut off in the middle.'],
    ['a gzip without its last byte', gzip.subarray(0, -1), 'unavailable: The file was cut off in the middle.'],
    ['a second member that was cut off', Buffer.concat([gzip, gzip.subarray(0, 100)]), 'unavailable: The file was cut off in the middle.'],
    ['a second member cut off in its mark', Buffer.concat([gzip, gzip.subarray(0, 1)]), 'unavailable: The file was cut off in the middle.'],
    [
      'a gzip with other bytes behind it',
      Buffer.concat([gzip, Buffer.from('{"n":500}\n')]),
      'refused: The file cannot be used: its compression is damaged.',
    ],
    [
      'a gzip with zeros and other bytes behind it',
      Buffer.concat([gzip, Buffer.alloc(100_000), Buffer.from('x')]),
      'refused: The file cannot be used: something else follows what is packed in it.',
    ],
    ['a zip that was cut off', zip({ a: LINES }).subarray(0, -30), 'unavailable: The file was cut off in the middle.'],
    [
      'a zip with two files',
      zip({ a: LINES, b: LINES }),
      'refused: The file cannot be used: it is a zip archive with two files or more in it; it may hold one alone.',
    ],
  ])('that is not whole, or more than one, is an error and not a short file: %s', async (_what, bytes, problem) => {
    expect(await problemOf(bytes)).toBe(problem)
  })
})

describe('1 MB that unpacks to 1 GB', () => {
  const part = gzipSync(Buffer.alloc(1_000_000, ' '))
  const bomb = Buffer.concat(Array.from({ length: 1000 }, () => part))
  async function readBomb(unpackedBytesMax?: number) {
    const before = process.memoryUsage().rss
    const reading = new LandedReading({ what: 'The file', name: 'x.jsonl', bytes: inPieces(bomb, 16_384) }, { ...LIMITS, unpackedBytesMax })
    const problem = await Array.fromAsync(reading.records()).then(
      () => 'read',
      (error: { publicMessage: string }) => error.publicMessage,
    )
    return { problem, bytes: reading.bytes, grownBytes: process.memoryUsage().rss - before }
  }

  it('is refused in words long before that', async () => {
    const { problem, bytes, grownBytes } = await readBomb()
    expect(problem).toBe(
      'The file cannot be used: it unpacks to more than 500 times its size, as no rows do; write "unpacked" under "limits" if that is right.',
    )
    expect(bytes).toBeLessThan(100_000_000)
    expect(grownBytes).toBeLessThan(200_000_000)
  })

  it('is refused at the limit that is written, which alone counts then', async () => {
    const { problem, bytes, grownBytes } = await readBomb(60_000_000)
    expect(problem).toBe('The file cannot be used: it unpacks to more than 60 MB; write "unpacked" under "limits" if that is right.')
    expect(bytes).toBeGreaterThan(59_000_000)
    expect(grownBytes).toBeLessThan(200_000_000)
  })
})
