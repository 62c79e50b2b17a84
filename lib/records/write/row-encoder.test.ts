import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileFormatSchema } from '#lib/domain/values/file-format.ts'
import { isJsonObject, type JsonObject, parseJson } from '#lib/domain/values/json.ts'
import { createRowEncoder } from './row-encoder.ts'

function encode(written: object, rows: JsonObject[]): string {
  const encoder = createRowEncoder(fileFormatSchema.parse(written))
  const pieces = [...rows.map((row) => encoder.row(row)), encoder.end()]
  return pieces.map((piece) => (piece.ok ? piece.text : `<${piece.column} ${piece.reason}>`)).join('')
}

const rows = (text: string) => {
  const parsed = parseJson(text)
  if (!Array.isArray(parsed)) throw new Error('a list')
  return parsed.filter(isJsonObject)
}

describe('CSV', () => {
  it('quotes what would break a line, and nothing else', () => {
    const row = { a: 'x', b: 'x,y', c: 'say "hi"', d: 'two\nlines', e: 'old\rmac', f: ' edge', g: '' }
    expect(encode({ format: 'csv' }, [row])).toBe('a,b,c,d,e,f,g\nx,"x,y","say ""hi""","two\nlines","old\rmac"," edge",\n')
  })

  it('quotes line breaks also where lines end otherwise', () => {
    expect(encode({ format: 'csv', header: false, lineEnd: 'crlf' }, [{ a: 'x\ny', b: 1 }])).toBe('"x\ny",1\r\n')
  })

  it('quotes every value when asked, empty ones too', () => {
    expect(encode({ format: 'csv', quote: 'all', delimiter: ';' }, [{ a: 'x', b: null, c: 2 }])).toBe('"a";"b";"c"\n"x";"";"2"\n')
  })

  it('writes numbers with every digit, null as nothing, lists and objects as JSON', () => {
    const text = '[{"a":12345678901234567890.5,"b":null,"c":true,"d":[1,"x"],"e":{"f":0.10000000000000000001},"g":-0.5}]'
    expect(encode({ format: 'csv', header: false }, rows(text))).toBe(
      '12345678901234567890.5,,true,"[1,""x""]","{""f"":0.10000000000000000001}",-0.5\n',
    )
  })

  it('takes the columns in the order and under the titles asked for', () => {
    const columns = ['b', { field: 'a', title: 'The "A"' }]
    expect(encode({ format: 'csv', columns }, [{ a: 1, b: 2, c: 3 }, { b: 4 }])).toBe('b,"The ""A"""\n2,1\n4,\n')
  })

  it('never makes a blank line of a single empty value', () => {
    expect(encode({ format: 'csv', header: false }, [{ a: null }, { a: 'x' }])).toBe('""\nx\n')
  })

  it('leaves formulas alone unless a partner asks for the guard; numbers are never guarded', () => {
    const row = { a: '=1+1', b: '@x', c: -5, d: '-5', e: 'a=b', f: '＝1' }
    expect(encode({ format: 'csv', header: false }, [row])).toBe('=1+1,@x,-5,-5,a=b,＝1\n')
    expect(encode({ format: 'csv', header: false, guardFormulas: true }, [row])).toBe("'=1+1,'@x,-5,'-5,a=b,'＝1\n")
  })

  it('refuses a field that appears later, naming it', () => {
    expect(encode({ format: 'csv' }, [{ a: 1 }, { a: 2, b: 3 }, { a: 4 }])).toBe(
      'a\n1\n<b is a field the first row does not have; name the columns>4\n',
    )
  })

  it('refuses a column that no row ever had: a slip of the pen', () => {
    expect(encode({ format: 'csv', columns: ['a', 'nmae'] }, [{ a: 1 }, { a: 2 }])).toBe('a,nmae\n1,\n2,\n<nmae stands in no row>')
    expect(encode({ format: 'csv', columns: ['a', 'b'] }, [{ a: 1 }, { a: 2, b: null }])).toBe('a,b\n1,\n2,\n')
  })

  it('of nothing is its header, when the columns are known', () => {
    expect(encode({ format: 'csv', columns: ['a', 'b'] }, [])).toBe('a,b\n')
    expect(encode({ format: 'csv', columns: ['a', 'b'], header: false }, [])).toBe('')
    expect(encode({ format: 'csv' }, [])).toBe('')
  })

  it('refuses what latin1 cannot write, and half characters anywhere', () => {
    expect(encode({ format: 'csv', header: false, encoding: 'latin1' }, [{ name: 'Zoë' }, { name: 'Łukasz' }])).toBe(
      'Zoë\n<name holds "Ł", which latin1 cannot write>',
    )
    expect(encode({ format: 'csv', header: false }, [{ name: 'x\ud83d' }])).toBe('<name holds half of a Unicode character>')
  })

  it('is read back as it was written, by a strict reader, whatever it holds', () => {
    // Like the unit "binary", which makes a list of all the million first.
    const anyCharacter = fc.oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff })).map(
      (code) => String.fromCodePoint(code),
      (character) => String(character).codePointAt(0) ?? 0,
    )
    const value = fc.string({
      unit: fc.oneof(fc.constantFrom('"', ',', ';', '\n', '\r', ' ', "'", '=', '\t', '\ufeff'), anyCharacter),
    })
    const format = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '||'),
      quote: fc.constantFrom('needed', 'all'),
      lineEnd: fc.constantFrom('lf', 'crlf'),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 5 }), format, (values, chosen) => {
        const written = encode(
          { format: 'csv', ...chosen },
          values.map(([a, b, c]) => ({ a, b, c })),
        )
        const read: unknown = parse(written, { delimiter: chosen.delimiter, record_delimiter: chosen.lineEnd === 'crlf' ? '\r\n' : '\n' })
        expect(read).toEqual([['a', 'b', 'c'], ...values.map((row) => [...row])])
      }),
    )
  })
})

describe('JSON', () => {
  const text = '[{"a":1,"b":[1.10000000000000000001]},{"a":null,"c":"\\ud83d"}]'

  it('is one array, every digit kept', () => {
    expect(encode({ format: 'json' }, rows(text))).toBe('[\n{"a":1,"b":[1.10000000000000000001]},\n{"a":null,"c":"\\ud83d"}\n]\n')
    expect(encode({ format: 'json' }, [])).toBe('[]\n')
  })

  it('is one object per line as NDJSON, whatever the values hold', () => {
    expect(encode({ format: 'ndjson' }, [{ a: 'x\ny' }, { a: 2 }])).toBe('{"a":"x\\ny"}\n{"a":2}\n')
    expect(encode({ format: 'ndjson' }, [])).toBe('')
  })

  it('keeps the fields asked for, absent ones as null; one that never came is refused', () => {
    expect(encode({ format: 'ndjson', columns: ['b', 'a'] }, [{ a: 1, c: 2 }, { b: 3 }])).toBe('{"b":null,"a":1}\n{"b":3,"a":null}\n')
    expect(encode({ format: 'json', columns: ['z'] }, [{ a: 1 }])).toBe('[\n{"z":null}<z stands in no row>')
  })
})

describe('fixed width', () => {
  const columns = [
    { field: 'id', width: 5, align: 'right', pad: '0' },
    { field: 'name', width: 6 },
  ]

  it('pads left or right, with what is asked for', () => {
    expect(
      encode({ format: 'fixed', columns }, [
        { id: 42, name: 'Ann' },
        { id: '12345', name: null },
      ]),
    ).toBe('00042Ann   \n12345      \n')
    expect(encode({ format: 'fixed', columns, lineEnd: 'crlf' }, [{ id: 1, name: 'x' }])).toBe('00001x     \r\n')
  })

  it('counts characters as people do: wide ones, accents and pictures are one each', () => {
    expect(encode({ format: 'fixed', columns }, [{ id: 1, name: '漢字かなé👍' }])).toBe('00001漢字かなé👍\n')
  })

  it('counts bytes where the reader does', () => {
    const counted = { format: 'fixed', columns, count: 'bytes' }
    expect(encode(counted, [{ id: 1, name: 'éé' }])).toBe('00001éé  \n')
    expect(encode(counted, [{ id: 1, name: '漢字' }])).toBe('00001漢字\n')
    expect(encode(counted, [{ id: 1, name: '漢字か' }])).toBe('<name is 9 bytes wide; the column has 6>')
    expect(encode({ ...counted, encoding: 'latin1' }, [{ id: 1, name: 'éééééé' }])).toBe('00001éééééé\n')
  })

  it('refuses a value that is too wide, naming the column, and leaves no trace of its row', () => {
    expect(
      encode({ format: 'fixed', columns }, [
        { id: 1, name: 'Annabel' },
        { id: 2, name: 'Bo' },
      ]),
    ).toBe('<name is 7 characters wide; the column has 6>00002Bo    \n')
  })

  it('cuts only where told to, and never inside a character', () => {
    const cut = [{ field: 'name', width: 4, cut: true }]
    expect(encode({ format: 'fixed', columns: cut }, [{ name: 'Annabel' }])).toBe('Anna\n')
    expect(encode({ format: 'fixed', columns: cut, count: 'bytes' }, [{ name: '漢字' }])).toBe('漢 \n')
    expect(encode({ format: 'fixed', columns: cut, count: 'bytes' }, [{ name: 'abc👍' }])).toBe('abc \n')
  })

  it.each(['a\nb', 'a\rb', 'a\tb', '\u2028', '\u0085'])('refuses %j: it would move everything after it', (name) => {
    expect(encode({ format: 'fixed', columns }, [{ id: 1, name }])).toBe('<name holds a line break or control character>')
  })

  it('has lines of one width, whatever the rows hold', () => {
    const value = fc.oneof(fc.string({ maxLength: 9 }), fc.integer(), fc.constant(null), fc.boolean())
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: value, name: value }), { maxLength: 5 }),
        fc.constantFrom('characters', 'bytes'),
        (some, count) => {
          const encoder = createRowEncoder(fileFormatSchema.parse({ format: 'fixed', columns, count }))
          for (const row of some) {
            const encoded = encoder.row(row)
            if (encoded.ok) expect(count === 'bytes' ? Buffer.byteLength(encoded.text) : [...encoded.text].length).toBe(12)
          }
        },
      ),
    )
  })
})
