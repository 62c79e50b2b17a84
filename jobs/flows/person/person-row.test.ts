import { describe, expect, it } from 'vitest'
import { compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { sourceHash } from '#jobs/flows/documents/document-row.ts'
import type { IncomingPerson } from './incoming-person.ts'
import { type PersonRow, readPerson, recallPerson } from './person-row.ts'
import { PERSON_TABLES } from './store/person-tables.ts'

const curation = compileAllowLists(
  [
    { service: 'names', paths: ['/personid', '/names'], group: null },
    { service: 'staffNames', paths: ['/personid', '/names'], group: 'employee' },
  ],
  PERSON_TABLES.saysSomething,
)

function read(text: string, populations: IncomingPerson['populations'] = ['student']) {
  return readPerson({ buid: 'U1', populations, text }, sourceHash(text), curation)
}
function row(text: string, populations: IncomingPerson['populations'] = ['student']): PersonRow {
  const person = read(text, populations)
  if ('refused' in person) throw new Error(person.refused)
  return person
}
const hashOf = (more: string) => row(`{"personid":"U1","x":${more}}`).hash

describe('reading a person', () => {
  it('passes untouched text on as it came', () => {
    const text = '{ "personid":"U1", "big": 12345678901234567890, "one": 1.0 }'
    expect(row(text).document()).toBe(text)
    expect(row(text)).toMatchObject({ cleaned: false, stripped: false, groups: ['student'] })
  })

  it('takes sensitive fields out before anything else sees them', () => {
    const person = row('{"personid":"U1","personBasic":{"ssn":"123-45-6789","names":[]}}')
    expect(person.document()).toBe('{"personid":"U1","personBasic":{"names":[]}}')
    expect(person.stripped).toBe(true)
    expect(person.hash).toBe(row('{"personBasic":{"names":[]},"personid":"U1"}').hash)
  })

  it('takes out what PostgreSQL cannot store, and decodes nothing', () => {
    const person = row('{"personid":"U1","x":"a\\u0000b\\ud800c &amp; d"}')
    expect(JSON.parse(person.document())).toEqual({ personid: 'U1', x: 'ab\ufffdc &amp; d' })
    expect(person.cleaned).toBe(true)
    expect(row('{"personid":"U1","x":"\\ud83d\\ude00"}').cleaned).toBe(false)
  })

  it('puts somebody aside whose semester has a term code of six digits', () => {
    const semester = (code: string) => ({ studentSemesterInfo: { academicTerm: { term: { code } } } })
    const text = (code: string) => JSON.stringify({ personid: 'U1', studentInfo: { studentSemester: [semester('2265'), semester(code)] } })
    expect(read(text('226799'))).toMatchObject({ refused: 'one of its semesters has a term code that is not four digits' })
    expect(row(text('2267')).document()).toBe(text('2267'))
  })

  it.each([
    ['{"personid":"U1"', 'what came is not JSON'],
    ['[{"personid":"U1"}]', 'it is not an object'],
    ['null', 'it is not an object'],
    ['"U1"', 'it is not an object'],
    ['{}', 'it has no personid'],
    ['{"personid":null}', 'it has no personid'],
    ['{"personid":""}', 'it has no personid'],
    ['{"personid":"U2"}', 'its personid is not the one that was asked for'],
    ['{"personid":["U1"]}', 'its personid is not the one that was asked for'],
    ['{"personid":"U1","a\\u0000b":1}', 'the name of a field holds a character that cannot be stored'],
    [`{"personid":"U1","x":${'['.repeat(250)}${']'.repeat(250)}}`, 'nested deeper than 200 levels'],
    [`{"personid":"U1","ssn":1,"x":${'['.repeat(250)}${']'.repeat(250)}}`, 'nested deeper than 200 levels'],
    [`{"personid":"U1","n":1234567890123456789,"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'nested deeper than 200 levels'],
  ])('refuses %.40s with words and without an id', (text, refused) => {
    expect(read(text)).toEqual({ key: { buid: 'U1' }, groups: ['student'], refused })
  })

  it('tells null, [] and {} apart and takes lists as multisets', () => {
    expect(new Set(['null', '[]', '{}', '""', '[null]', '[[]]', '[{}]'].map(hashOf)).size).toBe(7)
    expect(hashOf('[1,{"a":2,"b":3},1]')).toBe(hashOf('[1,1.0,{"b":3,"a":2}]'))
    expect(hashOf('[1,1,2]')).not.toBe(hashOf('[1,2,2]'))
  })

  it('hashes deep nesting in no time', () => {
    const deep = (levels: number) => `${'[1,'.repeat(levels)}0${']'.repeat(levels)}`
    const from = performance.now()
    for (let again = 0; again < 50; again += 1) hashOf(deep(150))
    expect(performance.now() - from).toBeLessThan(2000)
  })

  it('shows a service of one population only the people of that population', () => {
    const text = '{"personid":"U1","names":["Ada"]}'
    const services = (groups: string[]) => [...row(text).views(groups).documents.keys()]
    expect(services(['student'])).toEqual(['names'])
    expect(services(['employee', 'student'])).toEqual(['names', 'staffNames'])
    expect(services([])).toEqual(['names'])
  })

  it('makes the views anew when the populations turn out to be others', () => {
    const person = row('{"personid":"U1","names":["Ada"]}')
    expect(person.views(['student']).documents.size).toBe(1)
    expect(person.views(['employee', 'student']).documents.size).toBe(2)
    expect(person.views(['student'])).toBe(person.views(['student']))
  })

  it('publishes nothing of somebody of whom only the id is known', () => {
    const { full, documents } = row('{"personid":"U1","email":[],"x":null}').views(['student'])
    expect({ full, services: documents.size }).toEqual({ full: false, services: 0 })
    expect(row('{"personid":"U1","x":""}').views([]).full).toBe(true)
  })

  it('does not read again what it knows, until somebody asks', () => {
    const person = recallPerson({ buid: 'U1', populations: ['student'], text: 'not JSON at all' }, 'source', 'content', curation)
    expect(person).toMatchObject({ hash: 'content', source: 'source' })
    expect(() => person.document()).toThrow(SyntaxError)
  })

  it.each(['{ "personid":"U1","names":["Ada"] }', '{"personid":"U1","ssn":1,"names":["A\\u0000da"]}'])(
    'says the same of %s after it was forgotten',
    (text) => {
      const [kept, forgotten, late] = [row(text), row(text), row(text)]
      forgotten.document()
      forgotten.views(['student'])
      for (const person of [forgotten, late]) person.forget()
      for (const person of [forgotten, late]) {
        expect(person.document()).toBe(kept.document())
        for (const groups of [['student'], ['employee', 'student']]) expect(person.views(groups)).toEqual(kept.views(groups))
        expect(person).toMatchObject({ cleaned: kept.cleaned, stripped: kept.stripped })
      }
    },
  )

  it('sorts populations and takes each once', () => {
    expect(row('{"personid":"U1"}', ['student', 'employee', 'student']).groups).toEqual(['employee', 'student'])
  })
})
