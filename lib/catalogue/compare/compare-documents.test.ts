import { describe, expect, it } from 'vitest'
import { compareDocuments, type DifferentPart } from './compare-documents.ts'

const feed = (grace: string) => ({ name: 'Terms', policy: { kind: 'deadline', cron: '0 1 * * *', grace } })
const document = (grace = '45m') => ({
  page: { name: 'Campus', zone: 'America/New_York' },
  connections: { lake: { kind: 'postgres', url: '${LAKE_URL}' } },
  groups: { records: { name: 'Records', feeds: { terms: feed(grace), courses: { name: 'Courses' } } } },
})

const told = (parts: readonly DifferentPart[]) =>
  parts.map(({ path, kind, stretches }) => {
    const lines = (stretches ?? []).flat().map((line) => ({ added: '+ ', removed: '- ', same: '  ' })[line.kind] + line.text)
    return [`${kind} ${path.join('/')}`, ...lines].join('\n')
  })

describe('what differs between two catalogues', () => {
  it('is nothing where they are the same', () => {
    expect(compareDocuments(document(), document())).toEqual([])
  })

  it('is nothing where only names stand in another order', () => {
    const { page, connections, groups } = document()
    expect(compareDocuments({ groups, connections, page: { zone: page.zone, name: page.name } }, document())).toEqual([])
    const tell = (...lists: object[]) => ({ tell: lists })
    expect(compareDocuments(tell({ a: 1, b: 2 }), tell({ b: 2, a: 1 }))).toEqual([])
    expect(told(compareDocuments({ tell: { b: 1, a: 2, gone: 3 } }, { tell: { a: 2, b: 9 } }))).toEqual([
      'changed tell\n  a: 2\n- b: 1\n- gone: 3\n+ b: 9',
    ])
  })

  it('is told of the feed it is in, with a few lines around it', () => {
    expect(told(compareDocuments(document(), document('2h')))).toEqual([
      [
        'changed groups/records/feeds/terms',
        '  policy:',
        '    kind: deadline',
        '    cron: 0 1 * * *',
        '-   grace: 45m',
        '+   grace: 2h',
      ].join('\n'),
    ])
  })

  it('is the whole of what is new, and of what is gone', () => {
    const { connections: _, ...without } = document()
    expect(told(compareDocuments(without, document()))).toEqual(['added connections/lake\n+ kind: postgres\n+ url: ${LAKE_URL}'])
    expect(told(compareDocuments(document(), without))).toEqual(['removed connections/lake\n- kind: postgres\n- url: ${LAKE_URL}'])
  })

  it('is told of a group apart from its feeds', () => {
    const renamed = { ...document(), groups: { records: { ...document().groups.records, name: 'Student records' } } }
    expect(told(compareDocuments(document(), renamed))).toEqual(['changed groups/records\n- name: Records\n+ name: Student records'])
  })

  it('is told of what is no map, and of the very first one', () => {
    expect(told(compareDocuments({ access: 'private' }, { access: 'public' }))).toEqual(['changed access\n- private\n+ public'])
    expect(compareDocuments(null, document()).map(({ kind, path }) => `${kind} ${path.join('/')}`)).toEqual([
      'added page',
      'added connections/lake',
      'added groups/records',
      'added groups/records/feeds/terms',
      'added groups/records/feeds/courses',
    ])
  })

  it('keeps apart names that hold what stands between names', () => {
    const flows = (name: string) => ({ flows: { [name]: { extract: 'a' } } })
    expect(compareDocuments(flows('a/b'), flows('a"b')).map(({ kind }) => kind)).toEqual(['added', 'removed'])
  })

  it('is not told line by line where nearly everything differs', () => {
    const list = (word: string) => ({ tell: Array.from({ length: 3000 }, (_, n) => `${word} ${n}`) })
    expect(compareDocuments(list('a'), list('b'))).toMatchObject([{ kind: 'changed', stretches: null }])
  })

  it('names no value twice where the same one was written in several places', () => {
    const shared = { kind: 'age' }
    expect(told(compareDocuments(null, { calendars: { a: { one: shared, two: shared } } }))[0]).not.toContain('&')
  })
})
