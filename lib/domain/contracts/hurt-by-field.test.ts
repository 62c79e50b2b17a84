import { expect, it } from 'vitest'
import { hurtByField } from './hurt-by-field.ts'

const below = (name: string, steps: number, ...columns: string[]) => ({
  ...{ name, steps },
  columns: columns.map((column) => ({ name: column, type: null, description: null })),
})

it('who would be hurt if a field went: first what has it by name, whatever its letters, then what is nearest', () => {
  const all = [
    below('Far', 3),
    below('Zoo', 1, 'email_hash'),
    below('Near', 1),
    below('Deep copy', 4, 'id', 'EMAIL'),
    below('Copy', 2, 'email'),
  ]
  expect(hurtByField('email', all).map(({ name, hasField }) => [name, hasField])).toEqual([
    ['Copy', true],
    ['Deep copy', true],
    ['Near', false],
    ['Zoo', false],
    ['Far', false],
  ])
  expect(hurtByField('email', [])).toEqual([])
})

it('a field within another is had by what has one of the same path', () => {
  const all = [below('City', 1, 'city'), below('Copy', 2, 'address', 'address.city')]
  expect(hurtByField('address.city', all).map(({ name, hasField }) => [name, hasField])).toEqual([
    ['Copy', true],
    ['City', false],
  ])
})
