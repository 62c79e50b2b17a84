import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toWrittenSchema } from '#lib/catalogue/schema/schema-keys.ts'
import { parameterFields, readParameterFields } from './parameter-fields.ts'

const parameters = z.strictObject({
  terms: z.array(z.string()).optional().describe('Only these terms.'),
  upstream: z.enum(['direct', 'gateway']).default('direct'),
  limit: z.int().default(10),
  vds: z.boolean().default(true),
  filter: z.string().optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  shape: z.record(z.string(), z.number()).optional(),
  replay: z.uuid().optional(),
  dryRun: z.boolean().default(false),
})
const schema = toWrittenSchema(z.object({ flows: z.object({ course: z.object({ parameters: parameters.optional() }) }) }))
const fields = parameterFields('course', schema, {})

describe('the form for a run', () => {
  it('asks for each parameter by what it is, dates first, and not for what has a button of its own', () => {
    expect(fields.map(({ name, kind, preset }) => [name, kind, preset])).toEqual([
      ['from', 'date', null],
      ['to', 'date', null],
      ['terms', 'list', null],
      ['upstream', 'choice', 'direct'],
      ['limit', 'number', '10'],
      ['vds', 'switch', 'true'],
      ['filter', 'text', null],
      ['shape', 'json', null],
    ])
    expect(fields.find(({ name }) => name === 'terms')?.description).toBe('Only these terms.')
    expect(fields.find(({ name }) => name === 'upstream')?.choices).toEqual(['direct', 'gateway'])
  })

  it('of a flow without code asks for what all of them take', () => {
    const written = { extract: { from: 'a/b' }, load: { into: 'lake/c.d' } }
    expect(parameterFields('any', {}, written).map(({ name, kind }) => [name, kind])).toEqual([
      ['allowEmpty', 'switch'],
      ['shrinkRatio', 'number'],
    ])
    expect(parameterFields('any', null, undefined)).toEqual([])
  })

  it('is read as the values that a run is told: what is empty or unknown tells nothing', () => {
    const written = {
      from: '2026-01-01',
      to: ' ',
      terms: '2261, 2264,',
      upstream: 'gateway',
      limit: '5',
      vds: 'false',
      shape: '{"a": 1}',
      other: 'x',
      filter: 7,
    }
    const told = readParameterFields(fields, written)
    expect(told).toEqual({ from: '2026-01-01', terms: ['2261', '2264'], upstream: 'gateway', limit: 5, vds: false, shape: { a: 1 } })
    expect(parameters.safeParse(told).success).toBe(true)
  })

  it('leaves what does not fit as it was written, so that the words about it are about that', () => {
    expect(readParameterFields(fields, { limit: 'many', vds: 'perhaps', shape: '{' })).toEqual({
      limit: 'many',
      vds: 'perhaps',
      shape: '{',
    })
  })

  it('leaves what nests too deeply for anything to work through as it was written', () => {
    const shape = `${'['.repeat(2000)}${']'.repeat(2000)}`
    expect(readParameterFields(fields, { shape })).toEqual({ shape })
  })
})
