import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { catalogueJsonSchema } from '#lib/catalogue/schema/json-schema.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import { parameterNames, parameterProblem } from './flow-parameters.ts'

const schema = catalogueJsonSchema(campusContracts)

describe('what a run may be told', () => {
  it('is what its flow declares', () => {
    expect(parameterNames('course', schema, { parameters: { terms: ['2261'] } })).toEqual(['terms'])
    expect(parameterNames('term', schema, null)).toEqual([])
  })

  it('is the same for every flow without code', () => {
    const written = { schedule: '0 4 * * *', extract: { from: 'a/b' }, load: { into: 'lake/c.d' } }
    expect(parameterNames('parking', schema, written)).toEqual(['allowEmpty', 'dryRun', 'shrinkRatio'])
  })

  it('is nothing where nothing is known', () => {
    expect(parameterNames('course', null, null)).toEqual([])
    expect(parameterNames('nobody', schema, null)).toEqual([])
  })
})

describe('what a run is told', () => {
  const course = z.strictObject({
    limit: z.int().min(1).max(10).default(3),
    upstream: z.enum(['direct', 'gateway']),
    replay: z.uuid().optional(),
  })
  const contract = { schedule: '0 2 * * *', timezone: 'UTC', reads: [], writes: [], connections: [], timeoutMs: 1, parameters: course }
  const own = catalogueJsonSchema({ connectors: new Map(), flows: new Map([['course', contract]]) })
  const problem = (parameters: Record<string, unknown>) => parameterProblem('course', own, {}, parameters)

  it('fits when every value does, whatever is left to the catalogue', () => {
    expect(problem({})).toBeNull()
    expect(problem({ limit: 10, replay: '3f1c9f0e-6d0a-4a53-9c4e-0d9b4a3f6b11' })).toBeNull()
  })

  it('is refused with everything that is wrong with it', () => {
    expect(problem({ term: 1, limit: 2 })).toBe('The flow course has no parameter term. It takes limit, replay, upstream.')
    expect(problem({ limit: 11, upstream: 'up' })).toBe(
      'These parameters do not fit: limit: Too big: expected number to be <=10; upstream: Invalid option: expected one of "direct"|"gateway".',
    )
    expect(problem({ replay: 'last' })).toMatch(/^These parameters do not fit: replay: Invalid UUID/)
  })

  it('of a flow without code is what all of them take', () => {
    const written = { schedule: '0 4 * * *', extract: { from: 'a/b' }, load: { into: 'lake/c.d' } }
    expect(parameterProblem('parking', own, written, { shrinkRatio: 0.2, dryRun: true })).toBeNull()
    expect(parameterProblem('parking', own, written, { shrinkRatio: 7 })).toContain('shrinkRatio: Too big')
  })

  it('cannot be judged before a catalogue has been accepted', () => {
    expect(parameterProblem('course', null, null, { limit: 11 })).toBeNull()
  })
})
