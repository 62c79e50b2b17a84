import { describe, expect, it } from 'vitest'
import { compileAllowLists } from '#jobs/flows/documents/curation.ts'
import { type CourseRow, readCourse } from './course-row.ts'
import { COURSE_TABLES } from './course-tables.ts'
import { withoutDuplicates } from './duplicates.ts'

const curation = compileAllowLists([{ service: 'titles', paths: ['/title'] }], COURSE_TABLES.saysSomething)
const DETAILS = '{"academicCareer":"UGRD","term":{"code":"2267"}}'

function read(text: string, termDetails = DETAILS, hashOf: (source: string) => string | undefined = () => undefined) {
  return readCourse({ termDetails, text, term: 2267, curation, hashOf })
}
function row(text: string): CourseRow {
  const course = read(text)
  if ('refused' in course) throw new Error(course.refused)
  return course
}
const course = (v2: unknown, more: object = {}) => JSON.stringify({ v2, ...more })

describe('reading a course', () => {
  it('adds the term details, and passes untouched text on as it came', () => {
    expect(row('{"b": 1.0, "a": 9007199254740993, "v2":{"courseId":"000123","sessionCode":"1"}}').document()).toBe(
      `{"b": 1.0, "a": 9007199254740993, "v2":{"courseId":"000123","sessionCode":"1"},"termDetails":${DETAILS}}`,
    )
  })

  it('decodes entities once, and only whole ones', () => {
    const read = row(course({ courseId: '1' }, { title: 'A &amp; B &amp;amp; C &copy=1 &#x27;', '&amp;': '\u0026lt;' }))
    expect(JSON.parse(read.document())).toMatchObject({ title: "A & B &amp; C &copy=1 '", '&amp;': '<' })
  })

  it('takes out what PostgreSQL cannot store, and says so', () => {
    const read = row(course({ courseId: '1' }, { title: 'a\u0000b\ud800c' }))
    expect(JSON.parse(read.document())).toMatchObject({ title: 'ab\ufffdc' })
    expect(read.cleaned).toBe(true)
  })

  it('replaces term details the course brings itself', () => {
    expect(JSON.parse(row('{"termDetails":1,"v2":{"courseId":"1"}}').document())).toEqual({
      v2: { courseId: '1' },
      termDetails: JSON.parse(DETAILS),
    })
  })

  it.each([
    ['000123', 123],
    [' 7 ', 7],
    [42, 42],
    ['-1', -1],
    ['2147483647', 2_147_483_647],
  ])('takes %j as course %i', (courseId, expected) => {
    expect(row(course({ courseId })).key.courseId).toBe(expected)
  })

  it.each([[undefined], [null], ['12a'], ['2147483648'], ['1_0'], ['1.5'], [{}], ['٣']])(
    'puts a course with the id %j aside',
    (courseId) => {
      expect(read(course({ courseId }))).toMatchObject({ refused: expect.stringContaining('courseId'), key: null })
    },
  )

  it('treats null objects as missing ones', () => {
    expect(read(course(null))).toMatchObject({ refused: expect.stringContaining('courseId') })
    expect(read(course({ courseId: '1' }), 'null')).toMatchObject({ refused: expect.stringContaining('term code') })
    expect(read(course({ courseId: '1' }), '{"term":null}')).toMatchObject({ refused: expect.stringContaining('term code') })
    expect(row(course({ courseId: '1', sessionCode: null })).key.session).toBe('')
  })

  it('puts a course of another term aside', () => {
    expect(read(course({ courseId: '1' }), '{"term":{"code":"2265"}}')).toMatchObject({
      refused: 'it belongs to term 2265, but 2267 was asked for',
    })
  })

  it.each(['226799', '002267', '+2267', '226', 'Fall 2026'])('puts a course of the term %j aside, which is none', (code) => {
    expect(read(course({ courseId: '1' }), JSON.stringify({ term: { code } }))).toMatchObject({
      refused: 'the term code is missing or not four digits',
    })
  })

  it('puts a course aside that is nested too deep or has an impossible field name, and still knows which it is', () => {
    const deep = `${'['.repeat(300)}1${']'.repeat(300)}`
    expect(read(`{"deep":${deep},"v2":{"courseId":"5"}}`)).toMatchObject({
      refused: expect.stringContaining('nested'),
      key: { courseId: 5 },
    })
    expect(read('{"a\\u0000":1,"v2":{"courseId":"5"}}')).toMatchObject({
      refused: expect.stringContaining('name of a field'),
      key: { courseId: 5 },
    })
  })

  it('needs no second look at text it knows', () => {
    const text = course({ courseId: '1' }, { title: 'A &amp; B' })
    const first = row(text)
    const again = read(text, DETAILS, (source) => (source === first.source ? first.hash : undefined))
    expect(again).toMatchObject({ hash: first.hash, rank: first.rank, id: first.id })
    expect('document' in again && again.document()).toBe(first.document())
  })

  it('does not hash a text it knows', () => {
    expect(read(course({ courseId: '1' }), DETAILS, () => 'as the lake knows it')).toMatchObject({ hash: 'as the lake knows it' })
  })
})

describe('duplicates in an answer', () => {
  const one = row(course({ courseId: '1' }, { department: 'AA', title: 'one' }))
  const two = row(course({ courseId: '1' }, { department: 'BB', title: 'two' }))
  const other = row(course({ courseId: '2' }))

  async function settle(rows: CourseRow[], hashes = new Map<string, string | null>()): Promise<CourseRow[]> {
    async function* source() {
      yield* rows
    }
    return Array.fromAsync(withoutDuplicates(source(), { hashes, sources: new Map() }, { dropped: 0 }))
  }

  it('leave the same one in every order, whatever the lake holds', async () => {
    for (const stored of [undefined, one.hash, two.hash, null]) {
      const hashes = stored === undefined ? new Map() : new Map([[one.id, stored]])
      for (const rows of [
        [one, two, other],
        [two, other, one],
        [two, one, two, other, one],
      ]) {
        const last = (await settle(rows, hashes)).filter((row) => row.id === one.id).at(-1)
        expect(last?.hash).toBe(one.hash)
      }
    }
  })

  it('are one row when the better version is the stored one', async () => {
    expect(await settle([two, one], new Map([[one.id, one.hash]]))).toEqual([one])
  })

  it('that are identical are harmless', async () => {
    expect(await settle([one, one, one])).toEqual([one])
  })
})

it('refuses a course that is nested without end, with digits or without, and knows whose it is', () => {
  for (const inside of ['', '12345678901234567890', '"&amp;"']) {
    const deep = `${'['.repeat(5000)}${inside}${']'.repeat(5000)}`
    expect(read(`{"v2":{"courseId":"000123","sessionCode":"1"},"deep":${deep}}`)).toMatchObject({
      refused: 'nested deeper than 200 levels',
      key: { courseId: 123 },
    })
  }
})
