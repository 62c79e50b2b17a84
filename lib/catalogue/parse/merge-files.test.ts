import { describe, expect, it } from 'vitest'
import { inOneLine } from '#lib/testing/catalogues/catalogue-texts.ts'
import { parseCatalogue } from './merge-files.ts'
import { toPlain } from './node.ts'

/** What the texts are together, as files 1.yaml, 2.yaml, … */
function merged(...texts: string[]) {
  const { root, problems } = parseCatalogue(texts.map((text, i) => ({ file: `${i + 1}.yaml`, text })))
  return { document: root === null ? null : toPlain(root), problems: problems.map(inOneLine) }
}

describe('files that fill the same map', () => {
  it.each(['connections', 'calendars', 'groups', 'flows', 'tell'])('may share "%s"', (section) => {
    expect(merged(`${section}: { a: { x: 1 } }`, `${section}: { b: { x: 2 } }`)).toEqual({
      document: { [section]: { a: { x: 1 }, b: { x: 2 } } },
      problems: [],
    })
  })

  it('may share a group and its feeds, in the order of the files', () => {
    const { document, problems } = merged('groups: { g: { name: G, feeds: { z: { } } } }', 'groups: { g: { feeds: { a: {} } }, b: {} }')
    expect(JSON.stringify(document)).toBe('{"groups":{"g":{"name":"G","feeds":{"z":{},"a":{}}},"b":{}}}')
    expect(problems).toEqual([])
  })

  it('may be three, and empty ones do no harm', () => {
    expect(merged('# nothing', 'page: { name: P }', '', 'groups: { a: {} }', 'groups: { b: {} }')).toEqual({
      document: { page: { name: 'P' }, groups: { a: {}, b: {} } },
      problems: [],
    })
  })
})

describe('files that declare the same thing', () => {
  const says = (name: string) => `"${name}" is already declared in 1.yaml, line 1. | Keep it in one file.`

  it.each([
    ['a page', 'page: { name: P }', 'page: { zone: UTC }', `2.yaml:1:1 page | ${says('page')}`],
    ['a connection', 'connections: { c: { kind: a } }', 'connections: { c: { probe: 1m } }', `2.yaml:1:16 connections.c | ${says('c')}`],
    ['a channel', 'tell: { email: { to: a } }', 'tell: { email: { from: b } }', `2.yaml:1:9 tell.email | ${says('email')}`],
    ['a flow', 'flows: { f: }', 'flows: { f: }', `2.yaml:1:10 flows.f | ${says('f')}`],
    [
      'the policy of a group',
      'groups: { g: { policy: { kind: none } } }',
      'groups: { g: { policy: { kind: none } } }',
      `2.yaml:1:16 groups.g.policy | ${says('policy')}`,
    ],
    [
      'a feed',
      'groups: { g: { feeds: { f: {} } } }',
      'groups: { g: { feeds: { f: { assets: {} } } } }',
      `2.yaml:1:25 groups.g.feeds.f | ${says('f')}`,
    ],
    ['a map that is none in one of them', 'groups: 5', 'groups: { g: {} }', `2.yaml:1:1 groups | ${says('groups')}`],
  ])('as %s are told, with both places', (_name, first, second, expected) => {
    expect(merged(first, second).problems).toEqual([expected])
  })

  it('may say twice in the same words what a file of its own begins with', () => {
    const page = 'access: private\npage: { name: P, zone: UTC }'
    expect(merged(page, `${page}\ngroups: { g: {} }`)).toEqual({
      document: { access: 'private', page: { name: 'P', zone: 'UTC' }, groups: { g: {} } },
      problems: [],
    })
  })

  it('leave the first one standing', () => {
    expect(merged('access: public', 'access: private\npage: { name: P }').document).toEqual({ access: 'public', page: { name: 'P' } })
  })
})

describe('files of which one cannot be read', () => {
  it('are no catalogue, and every file says what is wrong with it', () => {
    const { document, problems } = merged('page: { name: P }', 'a: [1\nb: 2\n', '- list')
    expect(document).toBeNull()
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(' ')))).toEqual(['2.yaml:2:1', '3.yaml:1:1'])
  })

  it('are read on when only a part of it is lost', () => {
    const { document, problems } = merged('a: 1\na: 2\n', 'b: 3')
    expect(document).toEqual({ a: 1, b: 3 })
    expect(problems).toEqual(['1.yaml:2:1  | This key stands here twice. | Keep one of the two; the second would silently win.'])
  })

  it('are empty when there is nothing in any, or none at all', () => {
    expect(merged('# a', '# b').problems).toEqual([expect.stringMatching(/^1\.yaml:1:1 {2}\| The catalogue is empty\. \| /)])
    expect(merged().problems).toEqual([expect.stringMatching(/^tidemark\.yaml:1:1 {2}\| The catalogue is empty\. \| /)])
  })
})
