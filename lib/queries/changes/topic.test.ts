import { describe, expect, it } from 'vitest'
import { isShown, movedTopics, type Sighting } from './topic.ts'

const sight = (entries: Record<string, Partial<Sighting>>) =>
  new Map(Object.entries(entries).map(([key, seen]) => [key, { topics: [key], mark: 'a', isOver: false, ...seen }]))

describe('a screen shows what moved', () => {
  it.each([
    [['feed:terms'], ['feed:terms', 'flow:term'], true],
    [['feed:terms'], ['feed:courses'], false],
    [['feed:terms'], ['feed:*'], true],
    [['feed:*'], ['feed:terms'], true],
    [['feed:*'], ['group:records'], false],
    [['group:records'], ['group:*'], true],
    [['asset:lake/a:*'], ['asset:lake/a'], true],
    [['page'], [], true],
    [['*'], [], true],
    [[], ['feed:*'], false],
    [['run:1', 'flow:x'], ['connection:sap'], false],
  ])('%j on a screen of %j: %s', (moved, shown, expected) => {
    expect(isShown(moved, shown)).toBe(expected)
  })
})

describe('what moved between two looks', () => {
  it('is what is marked otherwise, what is new and what is gone, each topic once', () => {
    const before = sight({ 'feed:a': {}, 'feed:b': {}, 'feed:c': { topics: ['feed:c', 'group:x'] } })
    const after = sight({ 'feed:a': {}, 'feed:b': { mark: 'b', topics: ['feed:b', 'group:x'] }, 'feed:d': {} })
    expect(movedTopics(before, after).sort()).toEqual(['feed:b', 'feed:c', 'feed:d', 'group:x'])
    expect(movedTopics(before, before)).toEqual([])
  })

  it('is not what was over before it went out of sight', () => {
    expect(movedTopics(sight({ 'run:1': { isOver: true }, 'run:2': {} }), sight({}))).toEqual(['run:2'])
  })

  it('is everything when there is too much of it', () => {
    const many = sight(Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`feed:${index}`, {}])))
    expect(movedTopics(sight({}), many)).toEqual(['*'])
  })
})
