import { describe, expect, it } from 'vitest'
import { campusContracts } from '#lib/testing/campus-catalogue.ts'
import { catalogueJsonSchema } from './catalogue-json-schema.ts'
import { parameterNames } from './flow-parameters.ts'

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
