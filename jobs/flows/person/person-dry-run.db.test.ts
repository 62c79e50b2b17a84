import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { CURRENT, type PersonLake, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake
const FILTERS = 'person_curated.person_schema_service_filters'

beforeAll(async () => {
  at = await personLake(person)
  await at.load({ parameters: { dryRun: true } })
  await at.lake.rows(`create table shipped as table ${FILTERS}`)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  await at.lake.rows(`truncate ${FILTERS}`)
  await at.lake.rows(`insert into ${FILTERS} table shipped`)
  at.people.add(20)
  at.people.add(5, { populations: ['employee'], terms: [] })
  at.people.add(3, { populations: ['affiliate'], terms: [] })
  at.people.add(2, { populations: ['student', 'employee'] })
  await at.load()
})

/** A real run counts under these names what a dry run counts under the others. */
const inThePast = (counts: Record<string, unknown> | undefined) =>
  Object.fromEntries(Object.entries(counts ?? {}).map(([name, count]) => [name.replace(/(that )?would be /, ''), count]))

/** The numbers of a dry run that leaves no trace, which are those of the real run that follows. */
async function expectForetold(): Promise<Record<string, unknown>> {
  const before = await at.everything()
  const marks = await at.lake.rows(`select bu_uid, curated_with, last_seen_run, xmin::text from ${CURRENT} order by 1`)
  const batches = await at.lake.count('tidemark.load_batch')
  const dry = await at.load({ parameters: { dryRun: true } })
  expect(dry.internalProblem).toBeNull()
  expect(dry).toMatchObject({ rowsLoaded: 0, report: { moves: 'nothing', rowsByAsset: {} } })
  expect(dry.ledger.rejections).toEqual([])
  expect(await at.everything()).toEqual(before)
  expect(await at.lake.rows(`select bu_uid, curated_with, last_seen_run, xmin::text from ${CURRENT} order by 1`)).toEqual(marks)
  expect(await at.lake.count('tidemark.load_batch')).toBe(batches)
  const real = await at.load()
  expect(inThePast(dry.report?.counts)).toEqual(real.report?.counts)
  return { ...dry.report?.counts }
}

it('says who would be new, changed, back again and gone, and which curated rows that would write and remove', async () => {
  const [changed = '', gone = '', back = ''] = at.people.people.keys()
  const returning = at.people.people.get(back)
  at.people.people.delete(back)
  await at.load()
  if (returning) at.people.people.set(back, returning)
  at.people.change(changed, { document: { email: [] } })
  at.people.people.delete(gone)
  at.people.add(4)
  expect(await expectForetold()).toMatchObject({
    ...{ people: 33, 'would be new': 4, 'would be changed': 1, 'would be back again': 1, unchanged: 27, 'would be gone': 1 },
    'curated rows that would be written': 1 + 5 * 6,
    'curated rows that would be removed': 5 + 6,
  })
})

it('says what services would lose of those who no longer belong to a population, and gain of those who do now', async () => {
  const ids = [...at.people.people.keys()]
  at.people.change(ids.at(-1) ?? '', { populations: ['student'] })
  at.people.change(ids[0] ?? '', { populations: ['student', 'employee'] })
  expect(await expectForetold()).toMatchObject({
    unchanged: 30,
    'curated rows that would be written': 5,
    'curated rows that would be removed': 5,
  })
})

it('says what changed allow-lists would write and remove for everybody', async () => {
  await at.lake.rows(`update ${FILTERS} set paths = array['/personBasic/names'] where service = 'bioDemo'`)
  await at.lake.rows(`delete from ${FILTERS} where service = 'studentContactInfo'`)
  await at.lake.rows(`update ${FILTERS} set population = 'employee' where service = 'studentGeneric'`)
  expect(await expectForetold()).toMatchObject({
    unchanged: 30,
    'would be gone': 0,
    'curated rows that would be written': 30 + 5,
    'curated rows that would be removed': 22 + 20,
  })
})

it('keeps whom a real run would keep, in words', async () => {
  at.people.people.clear()
  at.people.add(22)
  at.people.add(5, { populations: ['employee'], terms: [] })
  at.people.add(3, { populations: ['affiliate'], terms: [] })
  const end = await at.load({ parameters: { dryRun: true } })
  expect(end.problem).toBe(
    '30 people are no longer in the population, too many to be true; they would be kept. If that is right, run once with a smaller shrinkRatio.',
  )
  expect(await at.load()).toMatchObject({ problem: end.problem?.replace('would be', 'are') })
})

it('counts whom it would postpone, without putting anybody aside', async () => {
  const before = await at.everything()
  const [unlucky = '', poison = ''] = at.people.people.keys()
  at.people.onTerms = (buid) => {
    if (buid === unlucky) throw new Error('no')
  }
  at.people.answer = (records) =>
    records.map((record) => (Object(record).buid === poison ? { ...Object(record), text: '{"personid": NaN}' } : record))
  const end = await at.load({ parameters: { dryRun: true } })
  expect(end).toMatchObject({
    state: 'partial',
    report: { counts: { 'would be postponed: terms': 1, 'would be postponed: load': 1, unchanged: 28 } },
  })
  expect(end.problem).toContain('2 of 30 people would be postponed')
  expect(end.ledger.rejections).toEqual([])
  expect(await at.everything()).toEqual(before)
})
