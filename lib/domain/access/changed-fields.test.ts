import { describe, expect, it } from 'vitest'
import { changedFields } from './changed-fields.ts'

describe('what an order changed', () => {
  it('is each field that differs, and nothing that stayed', () => {
    expect(changedFields({ role: 'viewer', audience: 'finance', name: 'Ada' }, { role: 'admin', audience: null, name: 'Ada' })).toEqual([
      { name: 'role', before: 'viewer', after: 'admin' },
      { name: 'audience', before: 'finance', after: null },
    ])
  })

  it('is all there is where only one side is told', () => {
    expect(changedFields(null, { run: '7', parameters: { terms: ['2267', '2268'], full: false } })).toEqual([
      { name: 'run', before: null, after: '7' },
      { name: 'parameters.terms', before: null, after: '2267, 2268' },
      { name: 'parameters.full', before: null, after: 'no' },
    ])
    expect(changedFields({ state: 'running' }, undefined)).toEqual([{ name: 'state', before: 'running', after: null }])
  })

  it('is a plain value without a name', () => {
    expect(changedFields(1, 2)).toEqual([{ name: '', before: '1', after: '2' }])
  })

  it('tells nothing of nothing, and an empty list apart from none', () => {
    expect(changedFields(null, undefined)).toEqual([])
    expect(changedFields({ groups: [] }, { groups: ['ledger'] })).toEqual([{ name: 'groups', before: 'none', after: 'ledger' }])
  })

  it('is cut where it is deep or long, so that a row stays readable', () => {
    const deep = { a: { b: { c: { d: { e: 1 } } } } }
    expect(changedFields(null, deep)).toEqual([{ name: 'a.b.c.d', before: null, after: '{"e":1}' }])
    expect(changedFields(null, Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i])))).toHaveLength(40)
  })
})
