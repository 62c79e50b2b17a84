import { describe, expect, it } from 'vitest'
import { problemOf, readLanded } from '#lib/testing/landing/landed-text.ts'

const LINES = '{"a":"Zoë 🎓"}\n{"a":"b"}\n'
const READ = [
  [1, { a: 'Zoë 🎓' }],
  [2, { a: 'b' }],
]
const utf16 = (text: string, isBig = false) => (isBig ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf16le'))
function utf32(text: string, isBig = false): Buffer {
  const little = Buffer.from(Uint32Array.from([...text], (character) => character.codePointAt(0) ?? 0).buffer)
  return isBig ? little.swap32() : little
}
const western = (text: string) => Buffer.from(text, 'latin1')
const joined = (...parts: (string | number[] | Buffer)[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)))

describe('a text', () => {
  it.each([
    ['utf-8', Buffer.from(LINES)],
    ['utf-8', Buffer.from(`\ufeff${LINES}`)],
    ['utf-16le', utf16(`\ufeff${LINES}`)],
    ['utf-16be', utf16(`\ufeff${LINES}`, true)],
    ['utf-32le', utf32(`\ufeff${LINES}`)],
    ['utf-32be', utf32(`\ufeff${LINES}`, true)],
  ])('is read as its mark of byte order says, else as UTF-8: %s', async (encoding, bytes) => {
    expect(await readLanded(bytes)).toMatchObject({ rows: READ, aside: [], encoding, changedBytes: 0 })
    // The mark says more surely than any setting.
    if (bytes.length !== Buffer.byteLength(LINES)) expect((await readLanded(bytes, { encoding: 'latin1' })).rows).toEqual(READ)
  })

  it('that has a mark may be a list or CSV, and empty but for it', async () => {
    expect((await readLanded(utf16('\ufeff[{"a":"ü"}]'))).rows).toEqual([[1, { a: 'ü' }]])
    expect((await readLanded(utf16('\ufeffa,b\r\nü,1\r\n'))).rows).toEqual([[2, { a: 'ü', b: '1' }]])
    for (const mark of ['efbbbf', 'fffe', '0000feff']) expect((await readLanded(Buffer.from(mark, 'hex'))).rows).toEqual([])
  })

  it('may have a mark in the middle, where files were put together', async () => {
    expect((await readLanded(`\ufeff{"a":1}\n\ufeff{"a":2}\n`)).rows).toHaveLength(2)
  })

  it.each([
    ['utf-16le', (text: string) => utf16(text)],
    ['utf-16be', (text: string) => utf16(text, true)],
    ['utf-32le', (text: string) => utf32(text)],
    ['utf-32be', (text: string) => utf32(text, true)],
  ] as const)('of several bytes a character without a mark needs to be said: %s', async (encoding, encode) => {
    expect((await readLanded(encode(LINES), { encoding })).rows).toEqual(READ)
    expect(await problemOf(encode('{"a":"b"}\n'))).toMatch(
      /^refused: The file cannot be used: it is UTF-(16|32) without a mark of byte order; write "encoding: utf-\1le" or "utf-\1be"\.$/,
    )
    expect(await problemOf(encode(LINES))).toMatch(/^refused/)
  })

  it('of several bytes a character that ends within one was cut off', async () => {
    expect(await problemOf(utf16(`\ufeff${LINES}`).subarray(0, -1))).toBe('unavailable: The file was cut off in the middle.')
  })
})

describe('a text that is not UTF-8, and nobody said what it is,', () => {
  it('is read as Windows-1252, and its bytes that were changed are counted', async () => {
    const read = await readLanded(western('{"a":"Zo\xeb \x80"}\n{"a":"b"}\n'))
    expect(read).toMatchObject({
      rows: [
        [1, { a: 'Zoë €' }],
        [2, { a: 'b' }],
      ],
      encoding: 'windows-1252',
      changedBytes: 2,
    })
  })

  it('line by line: one that is UTF-8 until its last line loses nothing', async () => {
    const read = await readLanded(joined(LINES, western('{"a":"Zo\xeb"}\n')))
    expect(read).toMatchObject({ rows: [...READ, [3, { a: 'Zoë' }]], encoding: 'windows-1252', changedBytes: 1 })
  })

  it('value by value in a list that is one line, and line by line in CSV', async () => {
    const list = await readLanded(joined('[{"a":"Zoë"},', western('{"a":"Zo\xeb"}'), ']'))
    expect(list).toMatchObject({
      rows: [
        [1, { a: 'Zoë' }],
        [2, { a: 'Zoë' }],
      ],
      changedBytes: 1,
    })
    const csv = await readLanded(joined('a\nZoë\n', western('Zo\xeb\n')), {}, 'x.csv')
    expect(csv).toMatchObject({
      rows: [
        [2, { a: 'Zoë' }],
        [3, { a: 'Zoë' }],
      ],
      changedBytes: 1,
    })
  })

  it('has rows put aside where a byte means nothing in Windows-1252 either', async () => {
    const json = await readLanded(western('{"a":"\x81"}\n{"a":"b"}\n'))
    expect(json.aside).toEqual([[1, 'holds byte 81, which means nothing in Windows-1252']])
    const csv = await readLanded(western('a,c\n"x \x9d",1\nb,2\n'), {}, 'x.csv')
    expect(csv).toMatchObject({
      rows: [[3, { a: 'b', c: '2' }]],
      aside: [[2, 'holds byte 9D, which means nothing in Windows-1252 (in a)']],
    })
  })
})

describe('a text of which somebody said what it is', () => {
  it('changes no byte', async () => {
    const read = await readLanded(western('{"a":"Zo\xeb"}\n'), { encoding: 'windows-1252' })
    expect(read).toMatchObject({ rows: [[1, { a: 'Zoë' }]], encoding: 'windows-1252', changedBytes: 0 })
    // What happens to be UTF-8 is not: that is what saying it is for.
    expect((await readLanded(Buffer.from('{"a":"ë"}\n'), { encoding: 'latin1' })).rows).toEqual([[1, { a: 'Ã«' }]])
  })

  it.each([
    ['UTF-8', joined('{"a":"b"}\n', western('{"a":"Zo\xeb"}\n')), { encoding: 'utf-8' as const }],
    ['UTF-8 by its mark', joined('\ufeff{"a":"b"}\n', western('{"a":"Zo\xeb"}\n')), {}],
    ['UTF-16', joined(utf16('\ufeff{"a":"b"}\n{"a":"'), [0x00, 0xd8], utf16('"}\n')), {}],
    ['UTF-16 in the middle of a pair', joined(utf16('\ufeff{"a":"b"}\n{"a":"'), [0x00, 0xdc], utf16('"}\n')), {}],
    ['UTF-32', joined(utf32('\ufeff{"a":"b"}\n{"a":"'), [0x00, 0x00, 0x11, 0x00], utf32('"}\n')), {}],
  ])('has rows put aside that are not: %s', async (_what, bytes, format) => {
    const read = await readLanded(bytes, format)
    expect(read).toMatchObject({ rows: [[1, { a: 'b' }]], aside: [[2, 'holds bytes that are no text in its encoding']], changedBytes: 0 })
  })

  it('has rows of CSV put aside that are not, and the line ends where it did', async () => {
    const read = await readLanded(joined('\ufeffa,c\n', western('"Zo\xeb",1\n'), 'b,2\n'), {}, 'x.csv')
    expect(read).toMatchObject({ rows: [[3, { a: 'b', c: '2' }]], aside: [[2, 'holds bytes that are no text in its encoding (in a)']] })
  })
})
