import { describe, expect, it } from 'vitest'
import { LIMITS, problemOf, readLanded } from '#lib/testing/landing/landed-text.ts'
import { LandedReading } from './landed-reading.ts'

const rowsOf = async (...given: Parameters<typeof readLanded>) => (await readLanded(...given)).rows

describe('a file is told', () => {
  const two = [
    [1, { a: 1 }],
    [2, { a: 2 }],
  ]
  it.each([
    ['JSON lines', '{"a":1}\n{"a":2}\n', 'file', two],
    [
      'JSON lines of anything but objects',
      '[1]\n"x"\n',
      'x.jsonl.gz',
      [
        [1, [1]],
        [2, 'x'],
      ],
    ],
    ['a JSON list', '[{"a":1},\n {"a":2} ]\n', 'file', two],
    ['a list by its name no more than by its beginning', '[{"a":1},{"a":2}]', 'prices.json', two],
    ['lines in a file called .json', '{"a":1}\n{"a":2}', 'prices.json', two],
    ['objects on several lines', '{\n "a": 1\n}\n{\n "a": 2}', 'file', two],
    ['values without anything between them', '{"a":1}{"a":2}', 'prices.json', two],
    ['an empty list', ' [ ] ', 'file', []],
    ['CSV', 'a,b\n1,x\n', 'file', [[2, { a: '1', b: 'x' }]]],
    ['CSV by its name', '{a},b\n1,x', 'prices.CSV', [[2, { '{a}': '1', b: 'x' }]]],
    ['tabs', 'a\tb\n1\tx', 'prices.tsv.gz', [[2, { a: '1', b: 'x' }]]],
    ['nothing', '', 'file', []],
    ['nothing but blank lines', '\n \r\n\n', 'file', []],
  ])('by its name, else by how it begins: %s', async (_what, text, name, rows) => {
    expect(await rowsOf(text, {}, name)).toEqual(rows)
  })

  it('as somebody says, whatever its name', async () => {
    expect(await rowsOf('{"a":1}\n{"a":2}', { as: 'json' }, 'x.csv')).toEqual(two)
    expect(await rowsOf('a;b\n1;x', { as: 'csv', delimiter: ';' }, 'x.jsonl')).toEqual([[2, { a: '1', b: 'x' }]])
  })
})

describe('lines', () => {
  it('end with a newline, with a return before it or without; the last one may lack its end', async () => {
    const { rows, aside } = await readLanded('{"a":1}\r\n\r\n{"a":2}\n  {"a":3}  ')
    expect(rows).toEqual([
      [1, { a: 1 }],
      [3, { a: 2 }],
      [4, { a: 3 }],
    ])
    expect(aside).toEqual([])
  })

  it('that are no JSON are put aside with their number, and the others are used', async () => {
    const { rows, aside } = await readLanded('{"a":1}\n{"a":\n{"a":3}\n', {}, 'x.jsonl')
    expect(rows.map(([line]) => line)).toEqual([1, 3])
    expect(aside).toEqual([[2, 'is not JSON']])
  })

  it('without an end and without sense at the end of a file are a file that was cut off', async () => {
    expect(await problemOf('{"a":1}\n{"a":', {}, 'x.jsonl')).toBe('unavailable: The file was cut off in the middle.')
    expect(await problemOf('{"a":1}\n{"a":\n', {}, 'x.jsonl')).toBe('read 1')
    // In the middle of a character, of a text that says that it is UTF-8.
    const marked = Buffer.from('\ufeff{"a":1}\n{"a":"ü"}')
    expect(await problemOf(marked.subarray(0, -3), {}, 'x.jsonl')).toBe('unavailable: The file was cut off in the middle.')
    const whole = Buffer.concat([marked.subarray(0, -3), Buffer.from('"}')])
    expect((await readLanded(whole, {}, 'x.jsonl')).aside).toEqual([[2, 'holds bytes that are no text in its encoding']])
  })

  it('of CSV end with a return alone, too, and are counted within quotes', async () => {
    expect(await rowsOf('a,b\r1,"x\ry"\r2,z', {}, 'x.csv')).toEqual([
      [2, { a: '1', b: 'x\ry' }],
      [4, { a: '2', b: 'z' }],
    ])
    expect((await readLanded('a,b\n1\n2,3\n', {}, 'x.csv')).aside).toEqual([[2, 'has 1 value, and there are 2 columns']])
  })

  it.each([
    ['x.csv', 'name;price;at\nGo;19,90;today\n', 'its header holds ";" and no ","; write delimiter: ";", or delimiter: "," where it'],
    ['x.csv', 'a\tb\n', String.raw`its header holds "\t" and no ","; write delimiter: "\t"`],
    ['x.csv', 'a|b;|c\n', 'its header holds "|" and no ","'],
    ['x.tsv', 'a,b\n1,2\n', String.raw`its header holds "," and no "\t"; write delimiter: ",", or delimiter: "\t" where it`],
  ])(
    'is refused with what to write where nobody said the delimiter, and its header in %s holds another one: %j',
    async (name, text, words) => {
      expect(await problemOf(text, {}, name)).toContain(words)
    },
  )

  it('has one column with any name where that is said, or where nothing looks like a delimiter', async () => {
    expect(await rowsOf('a;b\n1\n', { delimiter: ',' }, 'x.csv')).toEqual([[2, { 'a;b': '1' }]])
    expect(await rowsOf('name\nx;y\n', {}, 'x.csv')).toEqual([[2, { name: 'x;y' }]])
  })
})

describe('a list', () => {
  it('numbers its values, and puts aside one that is no JSON', async () => {
    const { rows, aside } = await readLanded('[{"a":"]}"},\n{bad},{"a":"\\"}"},7]')
    expect(rows).toEqual([
      [1, { a: ']}' }],
      [3, { a: '"}' }],
      [4, 7],
    ])
    expect(aside).toEqual([[2, 'is not JSON']])
  })

  it.each(['[{"a":1}', '[{"a":1},', '[{"a":', '[1,2', '['])('%j was cut off', async (text) => {
    expect(await problemOf(text, { as: 'json' })).toBe('unavailable: The file was cut off in the middle.')
  })

  it.each(['[1,]', '[,1]', '[1 2]', '[1]2', '[1}', '{"a":1},{"a":2}', ']', '[1,\u0001]'])('%j is none', async (text) => {
    expect(await problemOf(text, { as: 'json' })).toBe('refused: The file cannot be used: it is not JSON.')
  })
})

describe('a record that is too large', () => {
  it.each([
    ['a line', 'x.jsonl'],
    ['a record', 'x.json'],
    ['a line', 'x.csv'],
  ])('of 3 GB is refused in words before it is in memory: %s of %s', async (words, name) => {
    let sent = 0
    const piece = Buffer.alloc(65_536, 'x')
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(name === 'x.json' ? '[{"a":"' : '')
      for (; sent < 3_000_000_000; sent += piece.length) yield piece
    }
    const reading = new LandedReading({ what: 'The file', name, bytes: endless() }, LIMITS)
    await expect(Array.fromAsync(reading.records())).rejects.toMatchObject({
      code: 'refused',
      publicMessage: `The file cannot be used: ${words} in it has more than 16 MB; raise "record" under "limits" if that is right.`,
    })
    expect(sent).toBeLessThan(17_000_000)
  })

  it('is refused by its bytes, also in the middle of many', async () => {
    const line = JSON.stringify({ a: 'ü'.repeat(50) })
    expect(await problemOf(`{}\n${line}\n{}\n`, { recordBytesMax: 108 })).toBe('read 3')
    expect(await problemOf(`{}\n${line}\n{}\n`, { recordBytesMax: 107 })).toContain('a line in it has more than 107 bytes')
    expect(await problemOf(`[{},${line},{}]`, { recordBytesMax: 107 })).toContain('a record in it has more than 107 bytes')
  })
})

describe('what is no data', () => {
  it.each([
    ['<!doctype html><html><body>Sign in</body></html>', 'it is a web page or XML'],
    ['%PDF-1.7 and so on', 'it is a PDF'],
    [Buffer.from('28b52ffd0458000000', 'hex'), 'it is compressed by zstd, which is not read; have it sent as .gz'],
    ['PAR1\u0015', 'it is a Parquet file'],
    [Buffer.alloc(4000), 'it is empty but for bytes of 0, as a file is that was never written'],
  ])('is refused by its name', async (bytes, words) => {
    expect(await problemOf(bytes, {}, 'x.jsonl')).toBe(`refused: The file cannot be used: ${words}.`)
  })
})
