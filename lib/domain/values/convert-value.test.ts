import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ColumnType } from './column-type.ts'
import { convertValue, defaultProblem, keepValue } from './convert-value.ts'
import { ExactNumber, type JsonValue, parseJson } from './json.ts'

const convert = (type: ColumnType | null, value: JsonValue, more: { zone?: string; epoch?: 's' | 'ms' } = {}) => {
  const converted = convertValue(value, { type, zone: more.zone ?? 'America/New_York', epoch: more.epoch ?? null })
  return converted.ok ? converted.value : `✗ ${converted.reason}`
}

describe('nothing', () => {
  it.each(['text', 'integer', 'number', 'boolean', 'date', 'timestamp', 'json', null] as const)(
    'is what PeopleSoft means by a blank, of type %s',
    (type) => {
      expect([null, '', ' ', '   \t'].map((value) => convert(type, value))).toEqual([null, null, null, null])
    },
  )

  it('is what SAP means by a date of zeros', () => {
    expect([convert('date', '00000000'), convert('date', '0000-00-00'), convert('timestamp', '0000-00-00')]).toEqual([null, null, null])
  })
})

describe('text', () => {
  it('stays as it is, spaces and all', () => expect(convert('text', ' Ünïcode  ')).toBe(' Ünïcode  '))
  it('is what a number or a flag says', () => {
    expect([convert('text', 7), convert('text', true), convert('text', new ExactNumber('1.10'))]).toEqual(['7', 'true', '1.10'])
  })
  it.each<[JsonValue, string]>([
    ['a\0b', 'holds a NUL character'],
    ['\ud800', 'holds half of a Unicode character'],
    [{ a: 1 }, 'is a map, not text; "type: json" would keep it'],
    [[1], 'is a list, not text; "type: json" would keep it'],
  ])('is not %j', (value, reason) => expect(convert('text', value)).toBe(`✗ ${reason}`))
})

describe('integer', () => {
  it.each<[JsonValue, JsonValue]>([
    [42, 42],
    ['42', 42],
    [' -7 ', -7],
    ['+007', 7],
    ['12.000', 12],
    ['5-', -5],
    [new ExactNumber('9223372036854775807'), new ExactNumber('9223372036854775807')],
    ['-9223372036854775808', new ExactNumber('-9223372036854775808')],
  ])('%j is %j', (value, number) => expect(convert('integer', value)).toEqual(number))

  it.each<[JsonValue, string]>([
    [1.5, 'reads like "9.9", not a whole number'],
    ['1,234', 'reads like "9,999", not a whole number'],
    ['B0123', 'reads like "a9999", not a whole number'],
    [true, 'is true or false, not a whole number'],
    ['9223372036854775808', 'is larger than a whole number may be'],
    ['1e3', 'reads like "9a9", not a whole number'],
    [[1], 'is a list, not a whole number'],
  ])('%j is none', (value, reason) => expect(convert('integer', value)).toBe(`✗ ${reason}`))
})

describe('number', () => {
  it.each<[JsonValue, string]>([
    [1.5, '1.5'],
    ['1234.50', '1234.50'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['0012.30', '12.30'],
    ['12.50-', '-12.50'],
    ['1E3', '1e3'],
    [new ExactNumber('0.1000000000000000055511151231257827'), '0.1000000000000000055511151231257827'],
  ])('%j is %s, to the last digit', (value, text) => expect(JSON.stringify(convert('number', value))).toBe(text))

  it.each<JsonValue>(['NaN', 'Infinity', '1.2.3', '1,5', '0x10', '--1', '1e99999', '-', '.', true, {}])('%j is none', (value) => {
    expect(convert('number', value)).toMatch(/^✗ .*not a number such as/)
  })

  it('survives the way through JSON, whatever its digits', () => {
    const decimal = fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.stringMatching(/^\d{0,12}$/))
    fc.assert(
      fc.property(decimal, ([negative, whole, fraction]) => {
        const text = `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
        const converted = convertValue(text, { type: 'number', zone: 'UTC', epoch: null })
        expect(converted.ok && JSON.stringify(converted.value)).toBe(text)
      }),
    )
  })
})

describe('boolean', () => {
  it.each<[JsonValue, boolean]>([
    [true, true],
    ['TRUE', true],
    ['Y', true],
    ['X', true],
    [1, true],
    [false, false],
    ['n', false],
    ['0', false],
    [0, false],
  ])('%j is %j', (value, flag) => expect(convert('boolean', value)).toBe(flag))
  it.each<JsonValue>([2, 'maybe', 'A', {}])('%j is none', (value) => expect(convert('boolean', value)).toMatch(/not true or false$/))
})

describe('date', () => {
  it.each([
    ['2026-11-20', '2026-11-20'],
    ['20261120', '2026-11-20'],
    ['2026-11-20T00:00:00', '2026-11-20'],
    ['2026-11-20 00:00:00.000', '2026-11-20'],
    ['2024-02-29', '2024-02-29'],
    ['/Date(1795132800000)/', '2026-11-20'],
  ])('%s is %s', (value, day) => expect(convert('date', value)).toBe(day))
  it.each([
    '2026-02-29',
    '2026-13-01',
    '11/20/2026',
    '20.11.2026',
    '2026-11-20T04:00:00',
    '2026-11-20T00:00:00Z',
    '0000-01-01',
    '26-11-20',
  ])('%s is none', (value) => expect(convert('date', value)).toMatch(/^✗ reads like .*not a date such as 2026-11-20$/))
  it('does not repeat what it was sent', () =>
    expect(convert('date', 'Jane Doe')).toBe('✗ reads like "aaaa aaa", not a date such as 2026-11-20'))
  it('is no number', () => expect(convert('date', 20_261_120)).toMatch(/^✗/))
})

describe('timestamp', () => {
  it.each([
    ['2026-11-20T04:00:00Z', '2026-11-20T04:00:00Z'],
    ['2026-11-20T04:00:00.123456789+02:00', '2026-11-20T02:00:00.123456Z'],
    ['2026-11-20 04:00:00-0500', '2026-11-20T09:00:00Z'],
    ['2026-11-20T04:00Z', '2026-11-20T04:00:00Z'],
    ['2026-11-20T04:00:00', '2026-11-20T09:00:00Z'],
    ['2026-07-20T04:00:00', '2026-07-20T08:00:00Z'],
    ['2026-11-20', '2026-11-20T05:00:00Z'],
    ['2026-11-20-04.00.00.500000', '2026-11-20T09:00:00.5Z'],
    ['20261120040000Z', '2026-11-20T04:00:00Z'],
    ['20261120040000.25-0500', '2026-11-20T09:00:00.25Z'],
    ['/Date(1795147200123+0000)/', '2026-11-20T04:00:00.123Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.5Z'],
  ])('%s is %s', (value, moment) => expect(convert('timestamp', value)).toBe(moment))

  it('of a wall clock is read in its zone, also where clocks skip or repeat it', () => {
    expect(convert('timestamp', '2026-11-20 04:00:00', { zone: 'Europe/Berlin' })).toBe('2026-11-20T03:00:00Z')
    expect(convert('timestamp', '2026-03-08 02:30:00')).toBe('2026-03-08T07:30:00Z')
    expect(convert('timestamp', '2026-11-01 01:30:00')).toBe('2026-11-01T05:30:00Z')
  })

  it('counts from 1970 only where that is declared', () => {
    expect(convert('timestamp', 1_795_147_200)).toMatch(/not a time such as/)
    expect(convert('timestamp', '1795147200')).toMatch(/not a time such as/)
    expect(convert('timestamp', 1_795_147_200, { epoch: 's' })).toBe('2026-11-20T04:00:00Z')
    expect(convert('timestamp', '1795147200.25', { epoch: 's' })).toBe('2026-11-20T04:00:00.25Z')
    expect(convert('timestamp', 1_795_147_200_007, { epoch: 'ms' })).toBe('2026-11-20T04:00:00.007Z')
    expect(convert('timestamp', -1, { epoch: 'ms' })).toBe('1969-12-31T23:59:59.999Z')
    expect(convert('timestamp', '2026-11-20', { epoch: 's' })).toMatch(/not seconds since 1970$/)
    expect(convert('timestamp', '999999999999999', { epoch: 's' })).toMatch(/not seconds since 1970$/)
    expect(convert('timestamp', 20261129023054, { epoch: 'ms' })).toMatch(/not milliseconds since 1970$/)
  })

  it.each(['2026-11-20T25:00:00Z', '2026-11-20T04:60:00Z', '2026-02-30T04:00:00Z', 'yesterday', '04:00', '2026-11-20T04:00:00 EST'])(
    '%s is none',
    (value) => expect(convert('timestamp', value)).toMatch(/^✗/),
  )
})

describe('json', () => {
  it('is kept as it was sent, numbers to the last digit', () => {
    const sent = '{"a":[1,{"b":null}],"n":12345678901234567890.10}'
    expect(JSON.stringify(convert('json', parseJson(sent)))).toBe(sent)
  })
  it.each<[JsonValue, string]>([
    [{ a: ['\0'] }, 'holds a NUL character'],
    [{ '\ud800': 1 }, 'holds half of a Unicode character'],
    [[new ExactNumber('1e999999')], 'holds a number too large to keep'],
  ])('is not %j', (value, reason) => expect(convert('json', value)).toBe(`✗ ${reason}`))
})

it('keeps values as they come where no type is declared, but for what nobody could keep', () => {
  const values: JsonValue[] = ['', ' ', 0, true, null, { a: 1 }]
  expect(values.map((value) => keepValue(value))).toEqual(values.map((value) => ({ ok: true, value })))
  expect(keepValue('\0').ok).toBe(false)
})

it('says why a default does not fit its type', () => {
  expect(defaultProblem({ from: 'a', type: 'integer', default: 'none' }, 'UTC')).toBe('reads like "aaaa", not a whole number')
  expect(defaultProblem({ from: 'a', type: 'integer', default: 0 }, 'UTC')).toBeNull()
  expect(defaultProblem('a', 'UTC')).toBeNull()
})
