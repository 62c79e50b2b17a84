import { describe, expect, it } from 'vitest'
import { contentTypeOf, encodingOf, FILE_FORMAT_KEYS, fileFormatSchema, isControl, textProblem, titleOf, width } from './file-format.ts'

const problems = (written: unknown) => {
  const parsed = fileFormatSchema.safeParse(written)
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

describe('the form of a file', () => {
  it('needs no more than its name, fixed width its columns', () => {
    expect(fileFormatSchema.parse({ format: 'csv' })).toEqual({
      format: 'csv',
      delimiter: ',',
      header: true,
      quote: 'needed',
      guardFormulas: false,
      encoding: 'utf-8',
      lineEnd: 'lf',
    })
    expect(fileFormatSchema.parse({ format: 'json' })).toEqual({ format: 'json' })
    expect(fileFormatSchema.parse({ format: 'fixed', columns: [{ field: 'id', width: 9 }] })).toMatchObject({
      columns: [{ field: 'id', width: 9, align: 'left', pad: ' ', cut: false }],
      count: 'characters',
    })
    expect(problems({ format: 'fixed' })).toHaveLength(1)
  })

  it.each([
    [{ format: 'xml' }, 'csv, json, ndjson or fixed'],
    [{}, 'csv, json, ndjson or fixed'],
    [{ format: 'csv', delimiter: '"' }, 'not a delimiter'],
    [{ format: 'csv', delimiter: '' }, 'not a delimiter'],
    [{ format: 'csv', columns: [] }, 'columns'],
    [{ format: 'csv', columns: ['a', { field: 'b', title: 'a' }] }, 'columns.1: stands there twice'],
    [{ format: 'csv', columns: [{ field: 'a', name: 'b' }] }, 'not a column'],
    [{ format: 'csv', columns: [{ field: 'a', title: 'Łódź' }], encoding: 'latin1' }, 'columns.0: holds "Ł"'],
    [{ format: 'csv', width: 3 }, 'width'],
    [{ format: 'json', encoding: 'latin1' }, 'encoding'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 0 }] }, 'columns.0.width'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 3, pad: 'ab' }] }, 'not one character'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 3, pad: '\n' }] }, 'not one character'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 3, pad: '…' }], count: 'bytes' }, 'more than one byte'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 3, pad: '→' }], encoding: 'latin1' }, 'latin1'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 3, pad: '\ud83d' }] }, 'half of a Unicode character'],
  ])('%j is refused, with the place and the reason', (written, words) => {
    expect(problems(written).join('; ')).toContain(words)
  })

  it('knows which keys of a deliver block are its own', () => {
    expect([...FILE_FORMAT_KEYS].sort()).toEqual([
      'columns',
      'count',
      'delimiter',
      'encoding',
      'format',
      'guardFormulas',
      'header',
      'lineEnd',
      'quote',
    ])
  })

  it.each([
    [{ format: 'csv' }, 'text/csv; charset=utf-8; header=present', 'utf-8'],
    [{ format: 'csv', header: false, encoding: 'latin1' }, 'text/csv; charset=windows-1252; header=absent', 'latin1'],
    [{ format: 'fixed', columns: [{ field: 'a', width: 1 }], encoding: 'latin1' }, 'text/plain; charset=windows-1252', 'latin1'],
    [{ format: 'csv', encoding: 'iso-8859-1' }, 'text/csv; charset=windows-1252; header=present', 'iso-8859-1'],
    [{ format: 'json' }, 'application/json', 'utf-8'],
    [{ format: 'ndjson' }, 'application/x-ndjson', 'utf-8'],
  ])('%j has the media type %s', (written, contentType, encoding) => {
    const format = fileFormatSchema.parse(written)
    expect([contentTypeOf(format), encodingOf(format)]).toEqual([contentType, encoding])
  })
})

describe('the room a text takes', () => {
  const characters = { count: 'characters', encoding: 'utf-8' } as const
  const bytes = { count: 'bytes', encoding: 'utf-8' } as const

  it.each([
    ['abc', 3, 3],
    ['é', 1, 2],
    ['漢字', 2, 6],
    ['👩‍🎓', 3, 11],
    ['', 0, 0],
  ])('%j is %i characters and %i bytes', (text, inCharacters, inBytes) => {
    expect([width(text, characters), width(text, bytes)]).toEqual([inCharacters, inBytes])
    expect(Buffer.byteLength(text)).toBe(inBytes)
  })

  it('is one byte per character in latin1', () => {
    expect(width('éß', { count: 'bytes', encoding: 'latin1' })).toBe(2)
  })
})

it('says what an encoding cannot write', () => {
  expect(textProblem('naïve ÿ', 'latin1')).toBeUndefined()
  expect(textProblem('10 € – “Zoë”…', 'latin1')).toBeUndefined()
  expect(textProblem('Łódź', 'latin1')).toBe('holds "Ł", which latin1 cannot write')
  expect(textProblem('a\u0081', 'iso-8859-1')).toContain('iso-8859-1 cannot write')
  expect(textProblem('👍', 'latin1')).toContain('"👍"')
  expect(textProblem('👍', 'utf-8')).toBeUndefined()
  expect(textProblem('\udc4d', 'utf-8')).toContain('half')
})

it('tells what breaks a line or moves a column', () => {
  expect(['\n', '\r', '\t', '\u0085', '\u2028', 'a\u0000'].every(isControl)).toBe(true)
  expect(['', ' ', 'é', '👍', '\u00a0'].some(isControl)).toBe(false)
})

it('calls a column by its title', () => {
  expect([titleOf('a'), titleOf({ field: 'a', title: 'A' })]).toEqual(['a', 'A'])
})
