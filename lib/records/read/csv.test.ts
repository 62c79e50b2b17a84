import { describe, expect, it } from 'vitest'
import { UnusableRecord } from '#lib/records/unusable-record.ts'
import { type RecordFormat, readRecords } from './record-format.ts'

/** Deep in a long text, which only repeats its beginning, the pieces are larger. */
async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + (at < 5000 ? size : Math.max(size, 61))
    yield bytes.subarray(at, end)
  }
}

/** Read once as a whole and once byte by byte, which must not make a difference. */
async function read(text: string | Buffer, more: Partial<RecordFormat> = {}, hasEnd = true): Promise<unknown[]> {
  const format: RecordFormat = { format: 'csv', ...more }
  const readBy = (size: number) =>
    Array.fromAsync(readRecords({ system: 'Parking', what: 'The answer', bytes: inPieces(Buffer.from(text), size), hasEnd }, format))
  const whole = await readBy(100_000)
  expect(await readBy(1)).toEqual(whole)
  return whole
}
const rejected = (work: Promise<unknown>) =>
  work.then(
    () => 'read',
    (error: { publicMessage: string }) => error.publicMessage,
  )

describe('a line with more or fewer values than columns', () => {
  it('is put aside with its true line, and the others are used', async () => {
    expect(await read('a,b\n1,2\n\n"x\r\ny",3\n4\n5,6,7\n8,9\n')).toEqual([
      { a: '1', b: '2' },
      { a: 'x\r\ny', b: '3' },
      new UnusableRecord('line 6', 'has 1 value, and there are 2 columns'),
      new UnusableRecord('line 7', 'has 3 values, and there are 2 columns'),
      { a: '8', b: '9' },
    ])
    expect(await read('1;2\r3\r', { header: false, columns: ['a', 'b'], delimiter: ';' })).toEqual([
      { a: '1', b: '2' },
      new UnusableRecord('line 2', 'has 1 value, and there are 2 columns'),
    ])
  })

  it('at the end of a text without its line end is a text that was cut off', async () => {
    expect(await rejected(read('a,b\n1,2\n3'))).toContain('cut off in the middle')
    expect(await read('a,b\n1,2\n3,4,5')).toHaveLength(2)
  })
})

describe('a text whose end nothing tells', () => {
  it.each(['a,b\n1,2\n3', 'a,b\n1,2\n3,', 'a,b\n1,2\n3,4', 'a,b\n1,hel'])('was cut off when its last line has no end: %j', async (text) => {
    expect(await rejected(read(text, {}, false))).toContain('cut off in the middle')
  })

  it('is whole with it', async () => {
    expect(await read('a,b\n1,2\n', {}, false)).toEqual([{ a: '1', b: '2' }])
    expect(await read('', {}, false)).toEqual([])
  })
})

describe('a file of one column', () => {
  it('keeps its blank lines', async () => {
    expect(await read('\n\nname\nx\n\n\ny\r\n\r\n')).toEqual([{ name: 'x' }, { name: '' }, { name: '' }, { name: 'y' }, { name: '' }])
    expect(await read('x\n\n', { header: false, columns: ['name'] })).toEqual([{ name: 'x' }, { name: '' }])
  })

  it('is the only kind that does', async () => {
    expect(await read('\na,b\n\n1,2\n\n')).toEqual([{ a: '1', b: '2' }])
  })
})

describe('Western text', () => {
  it.each(['latin1', 'iso-8859-1', 'windows-1252'] as const)('called %s is Windows-1252', async (encoding) => {
    const bytes = Buffer.from([0x61, 0x0a, 0x39, 0x20, 0x80, 0x20, 0x93, 0x5a, 0x6f, 0xeb, 0x94, 0x0a])
    expect(await read(bytes, { encoding })).toEqual([{ a: '9 € “Zoë”' }])
  })

  it.each([0x81, 0x8d, 0x8f, 0x90, 0x9d])('with the byte %i, which means nothing, puts its row aside', async (byte) => {
    const bytes = Buffer.concat([Buffer.from('a,b\n1,x'), Buffer.from([byte]), Buffer.from('\n2,y\n')])
    const reason = `holds byte ${byte.toString(16).toUpperCase()}, which means nothing in Windows-1252 (in b)`
    expect(await read(bytes, { encoding: 'latin1' })).toEqual([new UnusableRecord('line 2', reason), { a: '2', b: 'y' }])
    const lines = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([byte]), Buffer.from('"}\n{"a":"é"}', 'latin1')])
    expect(await read(lines, { format: 'ndjson', encoding: 'latin1' })).toMatchObject([{ place: 'line 1' }, { a: 'é' }])
  })
})

describe('a mark of byte order', () => {
  it.each(['latin1', 'windows-1252'] as const)('of UTF-8 says more than the encoding in the settings: %s', async (encoding) => {
    expect(await read('\ufeffname,b\nZoë,2\n', { encoding })).toEqual([{ name: 'Zoë', b: '2' }])
    expect(await read('\ufeff{"a":"Zoë"}\n', { format: 'ndjson', encoding })).toEqual([{ a: 'Zoë' }])
  })
})

describe('CSV that begins like something else', () => {
  it.each([
    ['[id],[name]\n1,x\n', [{ '[id]': '1', '[name]': 'x' }]],
    ['[1],[2]\n3,4\n', [{ '[1]': '3', '[2]': '4' }]],
    ['{id},{name}\n1,x\n', [{ '{id}': '1', '{name}': 'x' }]],
    ['<id>,<name>\n1,x\n', [{ '<id>': '1', '<name>': 'x' }]],
    ['<none>\nx\n', [{ '<none>': 'x' }]],
    ['< 5,> 5\n1,2\n', [{ '< 5': '1', '> 5': '2' }]],
    ['[note\nx\n', [{ '[note': 'x' }]],
    ['"{""a"":1}",b\n1,2\n', [{ '{"a":1}': '1', b: '2' }]],
  ])('is read: %j', async (text, rows) => {
    expect(await read(text)).toEqual(rows)
  })

  it('is read also when it is long', async () => {
    const rows = await read(`[id],b\n${'1,2\n'.repeat(20_000)}`)
    expect(rows).toHaveLength(20_000)
  })

  it.each([
    ['{"error":"denied"}', 'JSON, not CSV'],
    ['  [{"a":1},{"a":2}]\n', 'JSON, not CSV'],
    ['{"a":1}\n{"a":2}\n', 'JSON, not CSV'],
    ['{"a":"cut off in the', 'JSON, not CSV'],
    ['[]', 'JSON, not CSV'],
    [`[${'{"a":1},'.repeat(20_000)}`, 'JSON, not CSV'],
    ['<!DOCTYPE html><p>x', 'web page or XML'],
    ['<html lang="en"><body>x', 'web page or XML'],
    ['<?xml version="1.0"?><a/>', 'web page or XML'],
    ['<soap:Envelope xmlns="x">', 'web page or XML'],
    ['<error><code>5</code></error>', 'web page or XML'],
    ['<div class="x">\nplease sign in, thank you\n</div>', 'web page or XML'],
  ])('is told from what is none: %j', async (text, words) => {
    expect(await rejected(read(text))).toContain(words)
  })
})

describe('what is no text', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  it.each([
    ['UTF-16 with its mark', utf16('\ufeffa,b\n1,2\n'), 'UTF-16'],
    ['UTF-16 of the other order', utf16('\ufeffa,b\n').swap16(), 'UTF-16'],
    ['UTF-16 without a mark', utf16('a,b\n1,2\n'), 'UTF-16'],
    ['UTF-16 that begins with another script', utf16('学,b\n1,2\n'), 'UTF-16'],
    ['UTF-32 with its mark', Buffer.from('fffe0000610000000a000000', 'hex'), 'UTF-32'],
    ['UTF-32 of the other order', Buffer.from('0000feff000000610000000a', 'hex'), 'UTF-32'],
    ['UTF-32 without a mark', Buffer.from('610000002c000000e90000000a000000', 'hex'), 'UTF-32'],
    ['a file that was reserved and never written', Buffer.alloc(1000), 'bytes of 0'],
    ['compress', Buffer.from('1f9d90610a', 'hex'), 'compress (.Z)'],
    ['bzip2', Buffer.from('425a6839314159265359aabb', 'hex'), 'bzip2'],
    ['xz', Buffer.from('fd377a585a000004', 'hex'), 'xz'],
    ['zstd', Buffer.from('28b52ffd0458', 'hex'), 'zstd'],
    ['PDF', Buffer.from('%PDF-1.7 x'), 'a PDF'],
  ])('%s is called by its name, in every encoding', async (_what, bytes, words) => {
    for (const more of [{}, { encoding: 'latin1' as const }, { format: 'json' as const }, { format: 'ndjson' as const }]) {
      const told = await rejected(read(bytes, more))
      expect(told).toContain(words)
      expect(told).not.toContain('Western')
    }
  })
})

describe('a byte of 0', () => {
  it('in a header is no name of a column', async () => {
    expect(await rejected(read('a,b\0c\n1,2\n'))).toContain('its header holds a byte of 0')
  })

  it('in a value is the value’s, for whoever keeps it to judge', async () => {
    expect(await read('a,b\n1,x\0y\n2,z\n')).toEqual([
      { a: '1', b: 'x\0y' },
      { a: '2', b: 'z' },
    ])
  })
})
