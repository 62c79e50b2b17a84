import { describe, expect, it } from 'vitest'
import { findCycles, lineageEdges, mapConnection } from './lineage.ts'

const asset = (key: string, ...from: string[]) => ({ key, from })
const said = (edges: ReturnType<typeof lineageEdges>) => edges.map((edge) => `${edge.from} → ${edge.to} (${edge.origin})`)

describe('edges', () => {
  const flow = { name: 'load', reads: ['s/a', 's/b', 'l/x'], writes: ['l/x', 'l/y'] }

  it('are what is declared; what a flow reads counts only where nothing is', () => {
    expect(said(lineageEdges([asset('s/a'), asset('s/b'), asset('l/x', 's/a'), asset('l/y')], [flow]))).toEqual([
      's/a → l/x (declared)',
      's/a → l/y (flow)',
      's/b → l/y (flow)',
    ])
  })

  it('lead only between assets of the catalogue, and to each once', () => {
    expect(said(lineageEdges([asset('s/a'), asset('l/y', 's/a', 's/a', 's/gone', 'l/y')], []))).toEqual(['s/a → l/y (declared)'])
    expect(lineageEdges([asset('l/y')], [flow])).toEqual([])
  })
})

describe('cycles', () => {
  const edges = (...pairs: string[]) => pairs.map((pair) => ({ from: pair[0] ?? '', to: pair[1] ?? '' }))

  it('are found, each knot once', () => {
    expect(findCycles(['a', 'b', 'c', 'd'], edges('ab', 'bc', 'ca', 'cd'))).toEqual([['a', 'b', 'c']])
    expect(findCycles(['a', 'b', 'c', 'd'], edges('ab', 'ba', 'cd', 'dc'))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
  })

  it('are not seen in a diamond', () => {
    expect(findCycles(['a', 'b', 'c', 'd'], edges('ab', 'ac', 'bd', 'cd'))).toEqual([])
  })

  it('are looked for along chains of any length', () => {
    const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}`)
    const chain = keys.slice(1).map((key, i) => ({ from: `k${i}`, to: key }))
    expect(findCycles(keys, chain)).toEqual([])
    expect(findCycles(keys, [...chain, { from: 'k49999', to: 'k0' }])[0]).toHaveLength(50_000)
  })
})

describe('a mapped connection', () => {
  it('renames what stands before the first slash', () => {
    expect(mapConnection('lake/a/b', { lake: 'warehouse' })).toBe('warehouse/a/b')
    expect(mapConnection('lake/a', { peoplesoft: 'ps' })).toBe('lake/a')
    expect(mapConnection('noslash', { noslash: 'x' })).toBe('noslash')
  })
})
