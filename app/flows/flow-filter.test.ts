import { describe, expect, it } from 'vitest'
import { parseFlowFilter } from './flow-filter.ts'

describe('the filter of the flows', () => {
  it.each([
    [{}, { q: null, group: null, health: null }],
    [
      { q: ' sap permits ', group: 'hr', state: 'failed' },
      { q: 'sap permits', group: 'hr', health: 'failed' },
    ],
    [{ q: '  ' }, { q: null, group: null, health: null }],
  ])('%j is understood', (question, filter) => {
    expect(parseFlowFilter(question)).toEqual(filter)
  })

  it('that cannot be understood is said in words', () => {
    expect(parseFlowFilter({ state: 'green' })).toEqual({ problem: expect.stringContaining('no state “green”') })
    expect(parseFlowFilter({ q: 'x'.repeat(201) })).toEqual({ problem: expect.stringContaining('longer than 200') })
  })
})
