import { constants, crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { strToU8, type Zippable, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { type RecordFormat, readRecords } from './record-format.ts'

const CSV = `id,name\n${Array.from({ length: 5000 }, (_, id) => `${id},Zoë ${id}\n`).join('')}`
const packed = (files: Zippable, options = {}) => Buffer.from(zipSync(files, options))

/** Where the packing says something: the first bytes of every member, file and directory. */
const marksOf = (bytes: Buffer) =>
  [Buffer.from('PK'), Buffer.from([0x1f, 0x8b])].flatMap((mark) => {
    const found: number[] = []
    for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) found.push(at)
    return found
  })

/** Small pieces at both ends and around every mark; where only content is, many more at a time: each costs the unpacking the same, however small it is. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  const marks = marksOf(bytes)
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    const isContent = at > 100 && at < bytes.length - 200 && !marks.some((mark) => Math.abs(mark - at) < 100)
    end = at + (isContent ? Math.max(size, 241) : size)
    yield bytes.subarray(at, end)
  }
}
const readBy = (bytes: Buffer, size: number, format: RecordFormat) =>
  Array.fromAsync(readRecords({ system: 'S', what: 'The file', bytes: inPieces(bytes, size) }, format))
async function read(bytes: Buffer, format: RecordFormat = { format: 'csv' }): Promise<unknown[]> {
  const whole = await readBy(bytes, 65_536, format)
  expect(await readBy(bytes, 7, format)).toEqual(whole)
  return whole
}
const problem = (bytes: Buffer) =>
  read(bytes).then(
    () => null,
    (error: unknown) => error,
  )

/** A zip archive as a stream writes it: its sizes stand behind the file. */
function streamed(name: string, content: Buffer): Buffer {
  const whole = packed({ [name]: content })
  const [nameBytes, packedBytes] = [whole.readUInt16LE(26), whole.readUInt32LE(18)]
  const dataAt = 30 + nameBytes + whole.readUInt16LE(28)
  const descriptor = Buffer.concat([Buffer.from('504b0708', 'hex'), whole.subarray(14, 26)])
  const head = Buffer.from(whole.subarray(0, dataAt))
  head.writeUInt16LE(head.readUInt16LE(6) | 8, 6)
  head.fill(0, 14, 26)
  return Buffer.concat([head, whole.subarray(dataAt, dataAt + packedBytes), descriptor, whole.subarray(dataAt + packedBytes)])
}

/** Packs what is the same all over: a hundredth of it, a hundred times. */
function packedByPart(content: Buffer): Buffer {
  const part = deflateRawSync(content.subarray(0, content.length / 100), { finishFlush: constants.Z_FULL_FLUSH })
  return Buffer.concat([...Array.from({ length: 100 }, () => part), deflateRawSync('')])
}

function gzipBomb(content: Buffer): Buffer {
  const end = Buffer.alloc(8)
  end.writeUInt32LE(crc32(content))
  end.writeUInt32LE(content.length, 4)
  return Buffer.concat([gzipSync('').subarray(0, 10), packedByPart(content), end])
}

function zipBomb(content: Buffer): Buffer {
  const zip = packed({ x: packedByPart(content) }, { level: 0 })
  const directoryAt = zip.readUInt32LE(zip.length - 6)
  for (const methodAt of [8, directoryAt + 10]) {
    zip.writeUInt16LE(8, methodAt)
    zip.writeUInt32LE(crc32(content), methodAt + 6)
    zip.writeUInt32LE(content.length, methodAt + 14)
  }
  return zip
}

describe('a packed file', () => {
  it.each([
    ['gzip', gzipSync(CSV)],
    ['gzip in two members', Buffer.concat([gzipSync(CSV.slice(0, 30_000)), gzipSync(CSV.slice(30_000))])],
    ['zip', packed({ 'patrons.csv': strToU8(CSV) })],
    ['zip without compression', packed({ 'patrons.csv': strToU8(CSV) }, { level: 0 })],
    ['zip with a folder and what macOS adds', packed({ in: { 'patrons.csv': strToU8(CSV) }, __MACOSX: { '._patrons.csv': strToU8('x') } })],
    ['zip with a comment', packed({ 'patrons.csv': strToU8(CSV) }, { comment: 'a comment' })],
    ['zip as a stream writes it', streamed('patrons.csv', Buffer.from(CSV))],
  ])('is read as what it holds: %s', async (_kind, bytes) => {
    const rows = await read(bytes)
    expect(rows).toHaveLength(5000)
    expect(rows.at(-1)).toEqual({ id: '4999', name: 'Zoë 4999' })
  })

  it('may hold any format', async () => {
    expect(await read(gzipSync('{"items":[{"a":1}]}'), { format: 'json', records: 'items' })).toEqual([{ a: 1 }])
    expect(await read(packed({ x: strToU8('{"a":1}\n{"a":2}') }), { format: 'ndjson' })).toEqual([{ a: 1 }, { a: 2 }])
    expect(await read(gzipSync(Buffer.from('a\n\x80\n', 'latin1')), { format: 'csv', encoding: 'latin1' })).toEqual([{ a: '€' }])
  })

  const zip = packed({ 'patrons.csv': strToU8(CSV) })
  const turned = (bytes: Buffer, at: number) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from([bytes.readUInt8(at) ^ 0xff]), bytes.subarray(at + 1)])
  const locked = Buffer.from(zip)
  locked.writeUInt16LE(1, 6)
  it.each([
    ['a gzip that was cut off', gzipSync(CSV).subarray(0, 9000), 'unavailable', 'cut off'],
    ['a zip that was cut off', zip.subarray(0, 9000), 'unavailable', 'cut off'],
    ['a zip without its last byte', zip.subarray(0, -1), 'unavailable', 'cut off'],
    ['a damaged gzip', turned(gzipSync(CSV), 5000), 'refused', 'damaged|quotes|UTF-8'],
    ['a damaged zip', turned(zip, 5000), 'refused', 'damaged|quotes|UTF-8'],
    ['a zip whose checksum is another', turned(zip, zip.length - 22 - 57 + 16), 'refused', 'damaged'],
    ['two files', packed({ 'a.csv': strToU8(CSV), 'b.csv': strToU8(CSV) }), 'refused', 'two files or more in it; it may hold one alone'],
    ['no file', packed({}), 'refused', 'no file in it'],
    ['a folder alone', packed({ 'in/': new Uint8Array() }), 'refused', 'no file in it'],
    ['a zip with a password', locked, 'refused', 'locked by a password'],
    ['a workbook', packed({ '[Content_Types].xml': strToU8('<x/>'), xl: { 'workbook.xml': strToU8('<x/>') } }), 'refused', 'Excel'],
    ['gzip in gzip', gzipSync(gzipSync(CSV)), 'refused', 'compressed twice'],
    ['zip in gzip', gzipSync(zip), 'refused', 'compressed twice'],
    ['UTF-16 in gzip', gzipSync(Buffer.from('a,b\n', 'utf16le')), 'refused', 'UTF-16'],
    [
      'tar in gzip',
      gzipSync(Buffer.concat([Buffer.alloc(257, 0x61), Buffer.from('ustar\0'), Buffer.alloc(500)])),
      'refused',
      'tar archive',
    ],
  ])('is refused in words: %s', async (_kind, bytes, code, words) => {
    expect(await problem(bytes)).toMatchObject({ code, publicMessage: expect.stringMatching(words) })
  })

  const blank = Buffer.alloc(100_000_000, ' ')
  it.each([
    ['gzip', gzipBomb],
    ['zip', zipBomb],
  ])('that is a bomb is refused early: %s', async (_kind, pack) => {
    const bomb = pack(blank)
    const before = process.memoryUsage().rss
    const error = await readBy(bomb, 16_384, { format: 'json' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'refused', publicMessage: expect.stringContaining('500 times its size') })
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  })

  it('may be left in the middle', async () => {
    for (const bytes of [gzipSync(CSV), zip]) {
      for await (const row of readRecords({ system: 'S', what: 'W', bytes: inPieces(bytes, 1000) }, { format: 'csv' })) {
        expect(row).toEqual({ id: '0', name: 'Zoë 0' })
        break
      }
    }
  })
})
