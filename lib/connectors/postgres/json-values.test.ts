import { describe, expect, it } from 'vitest'
import { ExactNumber } from '#lib/domain/values/json.ts'
import { isBytes, toJsonValue } from './json-values.ts'

describe('a printed value', () => {
  it.each([
    ['42', 23, '42'],
    ['9007199254740993', 20, '9007199254740993'],
    ['1.10', 1700, '1.10'],
    ['-0.000000000000000000001', 1700, '-0.000000000000000000001'],
    ['1e+20', 701, '1e+20'],
    ['NaN', 1700, '"NaN"'],
    ['Infinity', 701, '"Infinity"'],
    ['t', 16, 'true'],
    ['f', 16, 'false'],
    ['plain', 25, '"plain"'],
    ['2026-11-20', 1082, '"2026-11-20"'],
    ['2026-11-20 04:00:00+00', 1184, '"2026-11-20T04:00:00Z"'],
    ['2026-11-20 04:00:00.123456+00', 1184, '"2026-11-20T04:00:00.123456Z"'],
    ['2026-11-20 04:00:00', 1114, '"2026-11-20T04:00:00"'],
    ['infinity', 1184, '"infinity"'],
    ['{"a": 1.50, "b": [null]}', 3802, '{"a":1.5,"b":[null]}'],
    ['{1,NULL,3}', 1007, '[1,null,3]'],
    ['{{1.10,2},{3,4}}', 1231, '[[1.10,2],[3,4]]'],
    ['{a,"b,c",NULL,"NULL"}', 1009, '["a","b,c",null,"NULL"]'],
    ['{"2026-11-20 04:00:00+00"}', 1185, '["2026-11-20T04:00:00Z"]'],
    ['(1,two)', 99_999, '"(1,two)"'],
  ])('%s of type %i is %s', (text, type, json) => {
    expect(JSON.stringify(toJsonValue(text, type))).toBe(json)
  })

  it('that is nothing stays nothing, and no digit is lost', () => {
    expect(toJsonValue(null, 1700)).toBeNull()
    expect(toJsonValue('0.1000', 1700)).toEqual(new ExactNumber('0.1000'))
  })

  it('of bytes is known as such', () => {
    expect([17, 1001, 25].map(isBytes)).toEqual([true, true, false])
  })
})
