import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readRunParameters } from './run-parameters.ts'

const schema = z.strictObject({
  terms: z.array(z.string()).optional(),
  rows: z.number().optional(),
  dry: z.boolean().optional(),
  name: z.string().optional(),
  filter: z.record(z.string(), z.unknown()).optional(),
})

describe('parameters of a run', () => {
  it.each([
    [['terms=2261'], { terms: ['2261'] }],
    [['terms=2261,2265'], { terms: ['2261', '2265'] }],
    [['terms=2261', 'terms=2265'], { terms: ['2261', '2265'] }],
    [['terms=["2261"]'], { terms: ['2261'] }],
    [['rows=12', 'dry=true', 'name=true'], { rows: 12, dry: true, name: 'true' }],
    [['name=a=b'], { name: 'a=b' }],
    [['name='], { name: '' }],
    [['filter={"a":[1]}'], { filter: { a: [1] } }],
    [[], {}],
  ])('%j are read as the flow takes them', (words, expected) => {
    expect(readRunParameters(words, schema)).toEqual(expected)
  })

  it('that do not fit are all named', () => {
    expect(() => readRunParameters(['rows=many', 'dry=2'], schema)).toThrow(/These parameters do not fit: rows: .*; dry: /)
    const coded = z.strictObject({ terms: z.array(z.string().regex(/^\d{4}$/, 'four digits, such as 2267')).optional() })
    expect(() => readRunParameters(['terms=226700'], coded)).toThrow('four digits, such as 2267')
    expect(() => readRunParameters(['nope=1'], schema)).toThrow(
      'These parameters do not fit: there is no nope. The flow takes dry, filter, name, rows, terms.',
    )
    expect(() => readRunParameters(['=1'], schema)).toThrow('"=1" is not a parameter.')
  })
})

it('reads what only the catalogue knows as JSON, else as text', () => {
  const open = z.strictObject({ dryRun: z.boolean().optional() }).loose()
  expect(readRunParameters(['days=3', 'region=eu', 'shops=[1, 2]', 'dryRun=true'], open)).toEqual({
    ...{ days: 3, region: 'eu', shops: [1, 2], dryRun: true },
  })
  expect(() => readRunParameters(['dryRun=perhaps'], open)).toThrow(/dryRun/)
})
