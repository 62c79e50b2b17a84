import { expect, test } from 'vitest'
import { amongNames, areValues, namesOf } from './key-names.ts'

test.each([
  ['NUMBER', ['5', '5.0', '-0.50', '6'], '"K" in (5, -0.5, 6)'],
  ['NUMBER', ['007', '+12345678901234567890.10', '0.0'], '"K" in (7, 12345678901234567890.1, 0)'],
  ['FLOAT', ['5', '1e3'], '"K" in (5::float, 1000::float)'],
  ['BOOLEAN', ['TRUE', 'no', 't'], '"K" in (true, false)'],
  ['TEXT', ['5', "o'hara \\ co"], `to_varchar("K") in ('5', 'o''hara \\\\ co')`],
  [undefined, ['5'], `to_varchar("K") in ('5')`],
])('of a column of %s the names %j are asked for as what it holds', (type, names, sql) => {
  expect(amongNames('"K"', names, type)).toBe(sql)
})

test.each<[string | undefined, string, string[], string[]]>([
  ['NUMBER', '5.00', ['5', '5.0', '6'], ['5', '5.0']],
  ['NUMBER', '12345678901234567890', ['12345678901234567891', '12345678901234567890'], ['12345678901234567890']],
  ['FLOAT', '5', ['5.0'], ['5.0']],
  ['BOOLEAN', 'true', ['TRUE', 'no'], ['TRUE']],
  ['TEXT', '5.00', ['5', '5.00'], ['5.00']],
  [undefined, 'sony', ['sony', 'Sony'], ['sony']],
])('a value that a column of %s gives, %s, is of the names %j those that are equal', (type, value, of, found) => {
  expect(namesOf(value, { of }, type)).toEqual(found)
})

test('a value is itself where none is named', () => {
  expect(namesOf('5.00', { of: 'seen' }, 'NUMBER')).toEqual(['5.00'])
})

test('a name that a column cannot hold is told from the others', () => {
  expect([areValues(['2', '3.5'], 'NUMBER'), areValues(['2', 'two'], 'NUMBER'), areValues(['1'.repeat(39)], 'NUMBER')]).toEqual([
    true,
    false,
    false,
  ])
  expect([areValues([''], 'FLOAT'), areValues(['maybe'], 'BOOLEAN'), areValues(['two'], 'TEXT'), areValues(['.'], 'NUMBER')]).toEqual([
    false,
    false,
    true,
    false,
  ])
})
