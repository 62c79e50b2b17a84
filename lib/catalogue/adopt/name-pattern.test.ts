import { describe, expect, it } from 'vitest'
import { fillPattern, isOwnName, namesIn, patternProblem, valuesOf } from './name-pattern.ts'

const tile = { connection: 'looker', path: '12/3', name: 'Revenue', kind: 'consumer', group: '', labels: { folder: 'Finance', name: 'x' } }

describe('a pattern', () => {
  it('is filled in with labels, parts of the path and the name', () => {
    expect(fillPattern('{folder} / { name } ({path.1})', valuesOf(tile))).toBe('Finance / Revenue (12)')
    expect(fillPattern('Everything', valuesOf(tile))).toBe('Everything')
  })

  it('comes to nothing where something has no such label, or only empty ones', () => {
    expect(fillPattern('{dashboard}', valuesOf(tile))).toBeNull()
    expect(fillPattern('{group}', valuesOf(tile))).toBeNull()
    expect(fillPattern('{path.3}', valuesOf(tile))).toBeNull()
    expect(fillPattern('{constructor}', valuesOf(tile))).toBeNull()
    expect(fillPattern(' {folder} ', { folder: ' \n ' })).toBeNull()
  })

  it('is cut where it is too long, and holds no half of a character then', () => {
    expect(fillPattern('{folder}', { folder: `${'x'.repeat(199)}\u{1F4CA}` })).toBe(`${'x'.repeat(199)}\uFFFD`)
  })

  it('cuts the path of a table at its dots', () => {
    expect(fillPattern('{path.1}: {path.2}', valuesOf({ ...tile, path: 'public.orders' }))).toBe('public: orders')
  })

  it('names each name once', () => {
    expect(namesIn('{folder}-{dashboard}-{folder}')).toEqual(['folder', 'dashboard'])
  })

  it.each([
    ['{folder', 'has a brace without its partner'],
    ['folder}', 'has a brace without its partner'],
    ['{}', 'has braces with nothing between them'],
    ['{folder}', null],
  ])('%s: %s', (pattern, problem) => expect(patternProblem(pattern)).toBe(problem))
})

describe('a name of ours', () => {
  it.each([
    ['name', true],
    ['path.12', true],
    ['path.0', false],
    ['folder', false],
  ])('%s: %s', (name, is) => expect(isOwnName(name)).toBe(is))
})
