import { describe, expect, it } from 'vitest'
import { rankOf } from '#lib/testing/catalogues/rank-of.ts'
import { knownColumns } from './known-columns.ts'
import { markedPieces, matchesOf, RANK, type Searchable } from './match.ts'
import { readSearchWords, trigramsOf } from './question.ts'

const TERMS: Searchable = {
  name: 'Terms by service',
  key: 'lake/term_curated.by_service',
  places: [
    { place: 'owner', text: 'Registrar' },
    { place: 'label', name: 'folder', text: 'Enrolment' },
  ],
  columns: [{ name: 'term_code', description: 'Four digits, 2267' }],
  why: 'The portal shows who may enrol.',
  description: 'One row a service and term.',
}
const rank = (text: string) => rankOf(readSearchWords(text), TERMS)

describe('what was typed', () => {
  it('is its words in small letters, each once, and no more than eight', () => {
    expect(readSearchWords('  Terms\tBY \n terms ')).toEqual({ whole: 'terms by terms', words: ['terms', 'by'] })
    expect(readSearchWords('a b c d e f g h i j').words).toHaveLength(8)
    expect(readSearchWords(' \n ')).toEqual({ whole: '', words: [] })
  })

  it('is something a database can keep, however long or broken', () => {
    expect(readSearchWords('a\0b \ud800')).toEqual({ whole: 'a\ufffdb \ufffd', words: ['a\ufffdb', '\ufffd'] })
    expect(readSearchWords('x'.repeat(1e6)).whole).toHaveLength(200)
  })

  it('gives runs of three letters, by which what is like it is found', () => {
    expect(trigramsOf(readSearchWords('term by'))).toEqual(['ter', 'erm', 'by'])
    expect(trigramsOf(readSearchWords('\u{1F600}\u{1F601}ab'))).toEqual(['\u{1F600}\u{1F601}a', '\u{1F601}ab'])
  })
})

describe('how well something answers', () => {
  it.each([
    ['lake/term_curated.by_service', RANK.exact],
    ['TERMS BY SERVICE', RANK.exact],
    ['by_service', RANK.exact],
    ['ter', RANK.begins],
    ['lake/term', RANK.begins],
    ['by_ser', RANK.begins],
    ['serv term', RANK.words],
    ['curated', RANK.words],
    ['term_cur', RANK.words],
    ['vice', RANK.inside],
    ['terms regis', RANK.place],
    ['enrolment', RANK.place],
    ['term_code', RANK.field],
    ['term-code', null],
    ['term_co', RANK.column],
    ['four-digits', null],
    ['en-rol', RANK.place],
    ['registrar 2267', RANK.column],
    ['portal', RANK.why],
    ['portal one', RANK.description],
    ['', RANK.exact],
    ['terms nowhere', null],
  ])('%j: %s', (text, expected) => expect(rank(text)).toBe(expected))
})

describe('why something was found', () => {
  const why = (text: string) => matchesOf(readSearchWords(text), TERMS)
  it('is the first that says each word, once', () => {
    expect(why('terms by')).toEqual([{ field: 'name', text: 'Terms by service' }])
    expect(why('curated term_code')).toEqual([
      { field: 'key', text: 'lake/term_curated.by_service' },
      { field: 'column', text: 'term_code', description: 'Four digits, 2267' },
    ])
    expect(why('enrolment regis')).toEqual([
      { field: 'label', name: 'folder', text: 'Enrolment' },
      { field: 'owner', text: 'Registrar' },
    ])
    expect(why('portal row')).toEqual([
      { field: 'why', text: TERMS.why },
      { field: 'description', text: TERMS.description },
    ])
    expect(why('')).toEqual([])
  })

  it('is what a contract promises where no column says it', () => {
    const promised = [
      { name: 'term_code', description: 'The registrar alone gives it' },
      { name: 'seats', description: null },
    ]
    const found = (text: string) => matchesOf(readSearchWords(text), { ...TERMS, promised })
    expect(found('seats term_code')).toEqual([
      { field: 'promised', text: 'seats', description: null },
      { field: 'column', text: 'term_code', description: 'Four digits, 2267' },
    ])
    expect(found('alone')).toEqual([{ field: 'promised', ...{ text: 'term_code', description: promised[0]?.description } }])
  })

  it('is marked in its text, and nothing where letters would shift', () => {
    const marked = (text: string, typed: string) =>
      markedPieces(text, readSearchWords(typed))
        .map((piece) => (piece.isMarked ? `[${piece.text}]` : piece.text))
        .join('')
    expect(marked('Terms by term_code', 'TERM by')).toBe('[Term]s [by] [term]_code')
    expect(marked('a\u{1F600}b', '\u{1F600}')).toBe('a[\u{1F600}]b')
    expect(marked('\u0130stanbul', 'stan')).toBe('\u0130stanbul')
    expect(marked('Terms', '')).toBe('Terms')
  })
})

describe('a field', () => {
  const field = (name: string, more: { classification?: string; tags?: string[] } = {}) => ({ name, description: null, ...more })
  const thing = {
    ...TERMS,
    columns: [field('uuid'), field('id'), field('e-mail')],
    promised: [field('phone', { classification: 'restricted', tags: ['personal'] })],
  }
  const why = (text: string) => matchesOf(readSearchWords(text), thing)
  it('called by the very word is told before one that holds it, and hyphens tell nothing apart', () => {
    expect(why('id')).toEqual([{ field: 'column', text: 'id', description: null }])
    expect(why('email')).toEqual([{ field: 'column', text: 'e-mail', description: null }])
    expect(rankOf(readSearchWords('email'), thing)).toBe(RANK.field)
    expect(markedPieces('by e-mail-', readSearchWords('email')).find(({ isMarked }) => isMarked)?.text).toBe('e-mail')
    expect(readSearchWords('a - b').words).toEqual(['a', 'b'])
  })

  it('is found by who may know it, which is then said', () => {
    for (const text of ['personal', 'restric'])
      expect(why(text)).toEqual([{ field: 'promised', text: 'phone', description: 'classified restricted, tagged personal' }])
    expect(['personal', 'person'].map((text) => rankOf(readSearchWords(text), thing))).toEqual([RANK.field, RANK.column])
    expect(why('classified')).toEqual([])
  })
})

describe('the columns of an asset', () => {
  const column = (name: string) => ({ name, type: 'text', description: null })
  it('are those that its own system shows, else those that were told of it', () => {
    const [a, b] = [[column('a')], [column('b')]]
    expect(knownColumns(a, b)).toEqual({ columns: a, toldBy: 'discovery', areInPart: false })
    expect(knownColumns(a, b, true), 'it knows only some').toEqual({ columns: a, toldBy: 'discovery', areInPart: true })
    expect(knownColumns([], b, true)).toEqual({ columns: b, toldBy: 'push', areInPart: false })
    expect(knownColumns(null, null)).toEqual({ columns: [], toldBy: null, areInPart: false })
  })
})
