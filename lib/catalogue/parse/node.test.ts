import { describe, expect, it } from 'vitest'
import { located } from '#lib/testing/catalogues/catalogue-texts.ts'
import { childOf, entriesOf, itemsOf, keyPositionAt, nodeAt, pathInWords, positionAt, textOf, toPlain } from './node.ts'

const root = located(`page:
  name: P
groups:
  a: { list: [x, { y: 1 }, null], empty: }
`)
const place = ({ file, line, column }: { file: string; line: number; column: number }) => `${file}:${line}:${column}`

describe('a place in the document', () => {
  it.each([
    ['a plain value', ['page', 'name'], 'tidemark.yaml:2:9', 'tidemark.yaml:2:3'],
    ['a map', ['groups', 'a'], 'tidemark.yaml:4:3', 'tidemark.yaml:4:3'],
    ['a list', ['groups', 'a', 'list'], 'tidemark.yaml:4:8', 'tidemark.yaml:4:8'],
    ['an item', ['groups', 'a', 'list', 0], 'tidemark.yaml:4:15', 'tidemark.yaml:4:15'],
    ['a map in a list', ['groups', 'a', 'list', 1, 'y'], 'tidemark.yaml:4:23', 'tidemark.yaml:4:20'],
    ['something missing: what should hold it', ['groups', 'b', 'feeds'], 'tidemark.yaml:3:1', 'tidemark.yaml:3:1'],
    ['an item that is not there', ['groups', 'a', 'list', 9], 'tidemark.yaml:4:8', 'tidemark.yaml:4:8'],
  ])('is that of %s', (_name, path, value, key) => {
    expect([place(positionAt(root, path)), place(keyPositionAt(root, path))]).toEqual([value, key])
  })
})

describe('a part of the document', () => {
  const a = nodeAt(root, ['groups', 'a'])
  const list = childOf(a, 'list')

  it('is found by its path, in lists by its position', () => {
    expect(textOf(nodeAt(root, ['page', 'name']))).toBe('P')
    expect(textOf(childOf(list, 0))).toBe('x')
    expect(textOf(childOf(list, 1))).toBeUndefined()
    expect(nodeAt(root, ['page', 'name', 'deeper'])).toBeUndefined()
    expect(childOf(undefined, 'a')).toBeUndefined()
  })

  it('has entries only as a map, and items as a list or alone', () => {
    expect(entriesOf(a).map(([key]) => key)).toEqual(['list', 'empty'])
    expect(entriesOf(list)).toEqual([])
    expect(itemsOf(list)).toHaveLength(3)
    expect(itemsOf(nodeAt(root, ['page', 'name'])).map(toPlain)).toEqual(['P'])
    expect(itemsOf(undefined)).toEqual([])
  })

  it('is plain data without its places', () => {
    expect(toPlain(root)).toEqual({ page: { name: 'P' }, groups: { a: { list: ['x', { y: 1 }, null], empty: null } } })
  })
})

describe('a path in words', () => {
  it.each([
    [['a', 0, 1, 'b'], 'a[0][1].b'],
    [['a.b'], '["a.b"]'],
    [['a', 'b c', 'd'], 'a["b c"].d'],
    [['a', 'say "x"'], 'a["say \\"x\\""]'],
    [['a', ''], 'a[""]'],
    [['lake/t_1-x'], 'lake/t_1-x'],
  ])('%j is %s', (path, words) => {
    expect(pathInWords(path)).toBe(words)
  })
})
