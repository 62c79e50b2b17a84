import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MemoryLedger } from '#lib/testing/runs/memory-ledger.ts'
import { CURRENT, type PersonLake, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake
const FILTERS = 'person_curated.person_schema_service_filters'
const CURATED = 'person_curated.person_data_by_service'

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
  at.people.add(30)
  at.people.add(3, { populations: ['employee'], terms: [] })
  at.people.add(3, { populations: ['affiliate'], terms: [] })
})

/** A run that is taken from its worker when some are loaded and others are not, and its second attempt. */
async function resumed(meanwhile: () => Promise<unknown> = async () => {}) {
  const runId = randomUUID()
  let batches = 0
  at.people.onBatch = async () => {
    batches += 1
    if (batches < 4) return
    while ((await at.lake.count(CURRENT, `last_seen_run = '${runId}'`)) === 0);
    throw new TidemarkError('fenced', { publicMessage: 'Another worker has taken this run over.' })
  }
  const first = await at.load({ runId, parameters: { snapLogicLimit: 1 } })
  expect(first.state).toBe('fenced')
  at.people.onBatch = () => {}
  await meanwhile()
  const stored = first.ledger.ended.flatMap(({ name, result }) => (result === undefined ? [] : [[name, result]]))
  expect(stored.map(([name]) => name)).toEqual(['curate anew'])
  return at.load({ runId, attempt: 2, ledger: new MemoryLedger(Object.fromEntries(stored)) })
}

it('a run that went on counts what all its attempts wrote, and does not claim to know what only one of them met', async () => {
  at.people.answer = (records) => [...records, { kind: 'dropped', reason: 'an empty object' }]
  const end = await resumed()
  expect(end).toMatchObject({
    rowsLoaded: 36,
    report: { counts: { people: 36, new: 36, gone: 0, 'curated rows written': 6 * 33 + 7 * 3 } },
  })
  expect(Object.keys(end.report?.counts ?? {})).not.toContain('empty objects')
  expect(Object.keys(end.report?.counts ?? {})).not.toContain('people not asked for')
})

it('an allow-list that goes is withdrawn although everybody has been loaded by the others since', async () => {
  await resumed(async () => {
    await at.lake.rows(`delete from ${FILTERS} where service = 'studentContactInfo'`)
    for (const buid of at.people.people.keys()) at.people.change(buid, { document: { email: [{ address: 'new' }] } })
    await at.lake.rows(`update ${CURRENT} set last_seen_run = gen_random_uuid()`)
  })
  expect(await at.load()).toMatchObject({ report: { counts: { unchanged: 36 } } })
  expect(await at.lake.count(CURATED, `service = 'studentContactInfo'`)).toBe(0)
})

it('a narrower allow-list takes effect although nobody can be loaded', async () => {
  await at.load()
  await at.lake.rows(`update ${FILTERS} set paths = array['/personid', '/studentInfo'] where service = 'bioDemo'`)
  at.people.onList = () => {
    throw new TidemarkError('unavailable', { publicMessage: 'SAP is down.' })
  }
  expect(await at.load()).toMatchObject({ state: 'failed' })
  expect(await at.lake.count(CURATED, `service = 'bioDemo' and person_data ? 'personBasic'`)).toBe(0)
})
