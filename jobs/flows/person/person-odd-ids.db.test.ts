import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { CURRENT, type PersonLake, POSTPONED, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(5)
  at.people.add(1, { populations: ['employee'], terms: [] })
  at.people.add(1, { populations: ['affiliate'], terms: [] })
})

/** The sources, with these rows at the end of the list of students and this said of a person's id in documents. */
function sources(ids: readonly unknown[], inDocument: (buid: string) => unknown = (buid) => buid) {
  return async function* extract(request: Record<string, unknown>): AsyncGenerator<unknown> {
    for await (const record of at.people.extract(request)) {
      const { kind, buid } = Object(record)
      yield kind === 'person' ? { kind, buid, text: JSON.stringify({ personid: inDocument(buid), n: 1 }) } : record
    }
    if (request['query'] === 'BU_PARM_0216_QRY') for (const CAMPUS_ID of ids) yield { CAMPUS_ID }
  }
}

it('one person whom two lists spell differently is one person', async () => {
  const [first = ''] = at.people.people.keys()
  const end = await at.load({ extract: sources([first.toLowerCase(), ` ${first} `]) })
  expect(end).toMatchObject({ state: 'completed', rowsLoaded: 7, report: { counts: { people: 7 } } })
})

it('a document may spell the id of its person in its own way', async () => {
  const end = await at.load({ extract: sources([], (buid) => ` ${buid.toLowerCase()}`) })
  expect(end).toMatchObject({ state: 'completed', rowsLoaded: 7 })
  expect(await at.lake.count(CURRENT, `bu_uid like 'U%'`)).toBe(7)
})

it('ids that are numbers are ids', async () => {
  const number = { populations: ['student' as const], terms: [], teaches: [], document: {} }
  at.people.people.set('12345', number)
  const end = await at.load({ extract: sources([12_345], (buid) => (buid === '12345' ? 12_345 : buid)) })
  expect(end).toMatchObject({ state: 'completed', rowsLoaded: 8 })
})

it('what cannot be an id is left out, counted and never asked for', async () => {
  const odd = ['', '  ', 'U1\u0000', 'U 1', 'U1\n', '\ud800', 'U'.repeat(65), null, {}, 1.5e300]
  const end = await at.load({ extract: sources(odd) })
  expect(end.internalProblem).toBeNull()
  expect(end.ledger.entries.map(({ message }) => message)).toContain(
    '8 rows of the students of PeopleSoft have no id that could be one and are left out.',
  )
  expect(await at.lake.count(POSTPONED, `reason like '%U1%'`)).toBe(0)
})

it.each([
  ['a term code of six digits', 'BU_TERM_STD_FULL_TERM', { STRM: '226799' }, 'with a term code (STRM) that is not four digits'],
  ['a faculty term of six digits', 'BU_FACULTY_GET', { STRM: '226799' }, 'with a term code (STRM) that is not four digits'],
  ['no term code', 'BU_TERM_STD_FULL_TERM', { STRM: null }, 'with a term code (STRM) that is not four digits'],
  [
    'a career of six letters',
    'BU_TERM_STD_FULL_TERM',
    { ACAD_CAREER: 'UGRDXX' },
    'with a career (ACAD_CAREER) that is not 1 to 4 characters',
  ],
  ['no id', 'BU_TERM_STD_FULL_TERM', { CAMPUS_ID: '' }, 'with a row that does not say about whom (CAMPUS_ID)'],
])('somebody whose term row has %s is postponed, and what the lake has of them stays', async (_words, query, wrong, says) => {
  const [both = ''] = at.people.add(1, { populations: ['student', 'faculty'], teaches: ['2261'] })
  await at.load({ parameters: { upstream: 'gateway' } })
  const before = await at.everything()
  const extract = async function* (request: Record<string, unknown>) {
    const isTheirs = request['query'] === query && JSON.stringify(request['prompts'])?.includes(both)
    for await (const row of at.people.extract(request)) yield isTheirs ? { ...Object(row), ...wrong } : row
  }
  const end = await at.load({ extract, parameters: { upstream: 'gateway' } })
  expect(end).toMatchObject({ state: 'partial', rowsLoaded: 0, report: { counts: { 'postponed: terms': 1, changed: 0 } } })
  expect(end.ledger.rejections).toMatchObject([{ reason: expect.stringContaining(says) }])
  expect((await at.everything())[1]).toEqual(before[1])
})
