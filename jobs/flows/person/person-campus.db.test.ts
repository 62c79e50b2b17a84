import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buidOf } from '#demo/campus/people/ids.ts'
import person from '#jobs/flows/person.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'
import { CURRENT, POSTPONED } from '#lib/testing/worlds/person-lake.ts'

let lake: LakeWithCampus
const PEOPLE = 60
const GATEWAY = {
  connections: { peoplesoft: 'cs_tools', snaplogic_person: 'person_api', vds: 'vds_gateway' },
  parameters: { upstream: 'gateway', buidBatchSize: 5 },
}

beforeAll(async () => {
  lake = await lakeWithCampus({ peopleCount: PEOPLE })
})
afterAll(() => lake.close())

const TABLES = [CURRENT, POSTPONED, 'person_raw.person_data', 'person_curated.person_data_by_service']

beforeEach(async () => {
  lake.control.faults.clear()
  lake.control.restore()
  if ((await lake.rows(`select from pg_tables where schemaname = 'person_raw'`)).length > 0) await lake.rows(`truncate ${TABLES.join()}`)
})

/** Everything as a load without any trouble leaves it; that one load is kept, so that the lake of each test can begin with it. */
let loaded: Promise<void> | undefined
async function loadedBefore(): Promise<unknown[]> {
  loaded ??= (async () => {
    await load()
    for (const table of TABLES) await lake.rows(`create table ${copyOf(table)} as table ${table}`)
    await lake.rows(`truncate ${TABLES.join()}`)
  })()
  await loaded
  for (const table of TABLES) await lake.rows(`insert into ${table} table ${copyOf(table)}`)
  return everything()
}

function copyOf(table: string): string {
  return `public.${table.replace('.', '_')}`
}

const load = ({ parameters, ...options }: RunOptions = {}) =>
  lake.run('person', person, { parameters: { uidCarTermGroupSize: 25, ...parameters }, ...options })

const everything = () =>
  lake.rows(`select bu_uid, populations, person_data, deleted_at is null as alive,
    (select count(*)::int from person_curated.person_data_by_service s where s.bu_uid = c.bu_uid) as services from ${CURRENT} c order by 1`)

const idsOf = (...populations: string[]) =>
  [...lake.campus.people.everybody()]
    .filter((index) => lake.campus.people.populationsOf(index).some((one) => populations.includes(one)))
    .map(buidOf)

describe('over the real protocols, directly', () => {
  it('everybody is loaded as what they are, stripped, and the second time nothing is left to do', async () => {
    const end = await load()
    expect(end.problem).toBeNull()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: PEOPLE })
    const rows = await lake.rows<{ bu_uid: string; populations: string[] }>(`select bu_uid, populations from ${CURRENT} order by bu_uid`)
    // The directory calls nobody an affiliate who is staff or faculty, and SAP nobody an employee who only teaches.
    expect(rows.map(({ bu_uid }) => bu_uid)).toEqual(idsOf('student', 'employee', 'affiliate').sort())
    expect(await lake.count(CURRENT, `person_data::text ~* '"(ssn|socialSecurityNumber|sexualOrientation|finAid|finAidReceived)":'`)).toBe(
      0,
    )
    const second = await load()
    expect(second).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { counts: { unchanged: PEOPLE } } })
  })

  it('exactly the changed ones are written', async () => {
    await loadedBefore()
    const changed = lake.control.people.change({ share: 0.04 })
    const end = await load()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: changed.length, report: { counts: { changed: changed.length } } })
    const rows = await lake.rows<{ bu_uid: string }>('select bu_uid from person_raw.person_data where version = 2 order by 1')
    expect(rows.map(({ bu_uid }) => bu_uid)).toEqual(changed.sort())
  })

  it('people who leave are marked, and come back', async () => {
    await loadedBefore()
    const left = lake.control.people.remove({ count: 3 })
    expect(await load()).toMatchObject({ state: 'completed', rowsLoaded: 3, report: { counts: { gone: 3 } } })
    lake.control.people.bringBack(left)
    expect(await load()).toMatchObject({ state: 'completed', report: { counts: { 'back again': 3, gone: 0 } } })
  })

  it.each([
    ['sap', 'down', 'the employees of SAP could not be read'],
    ['sap', 'missing-table', 'the employees of SAP could not be read'],
    ['sap', 'empty-answer', 'The answer names nobody'],
    ['vds', 'size-limit', 'the affiliates of the directory could not be read'],
    ['peoplesoft', 'error-in-200', 'the students of PeopleSoft could not be read'],
    ['peoplesoft', 'unauthorized', 'not authorized to invoke'],
  ] as const)('%s with the fault %s ends the run before anything is written', async (system, fault, words) => {
    const before = await loadedBefore()
    lake.control.people.change({ share: 0.5 })
    lake.control.faults.set(system, fault)
    const end = await load()
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining(words) })
    expect(await everything()).toEqual(before)
  })

  it('term codes of six digits change nobody, and the run says what is wrong with them', async () => {
    const before = await loadedBefore()
    lake.control.faults.set('peoplesoft', 'long-term-code')
    const end = await load()
    expect(end).toMatchObject({
      state: 'failed',
      rowsLoaded: 0,
      problem: expect.stringContaining('a term code (STRM) that is not four digits'),
    })
    expect(await everything()).toEqual(before)
  })

  it('a directory that gives exactly as many as were asked for is not believed', async () => {
    // One of the entries is a guest without an id.
    const entries = idsOf('affiliate').length + 1
    const end = await load({ parameters: { vdsSizeLimit: entries } })
    expect(end).toMatchObject({ state: 'failed', problem: expect.stringContaining('the affiliates of the directory could not be read') })
    expect((await load({ parameters: { vdsSizeLimit: entries + 1 } })).problem).toBeNull()
  })

  it('some whose lookup fails are postponed, and a replay completes them', async () => {
    const good = await loadedBefore()
    await lake.rows(`truncate ${TABLES.join()}`)
    lake.control.faults.set('peoplesoft', 'fails-for-some', { share: 0.05 })
    const runId = randomUUID()
    const end = await load({ runId })
    const lost = await lake.count(POSTPONED, `stage = 'terms'`)
    expect(lost).toBeGreaterThan(0)
    expect(end).toMatchObject({
      state: 'partial',
      rowsLoaded: PEOPLE - lost,
      problem: expect.stringContaining('their terms could not be looked up'),
    })
    lake.control.faults.clear()
    expect(await load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: lost })
    expect(await everything()).toEqual(good)
  })

  it.each([
    ['dropped-people', 'missing'],
    ['deep-document', 'load'],
    ['huge-number', 'load'],
  ] as const)('the person task with the fault %s is partial, and a replay completes it', async (fault, stage) => {
    const good = await loadedBefore()
    await lake.rows(`truncate ${TABLES.join()}`)
    lake.control.faults.set('person-task', fault, { share: 0.05, buid: idsOf('student')[7] ?? null })
    const runId = randomUUID()
    const end = await load({ runId })
    const lost = await lake.count(POSTPONED, `stage = '${stage}'`)
    expect(lost).toBeGreaterThan(0)
    expect(end).toMatchObject({ state: 'partial', rowsLoaded: PEOPLE - lost, report: { counts: { [`postponed: ${stage}`]: lost } } })
    lake.control.faults.clear()
    expect(await load({ parameters: { replay: runId } })).toMatchObject({ state: 'completed', rowsLoaded: lost })
    expect(await everything()).toEqual(good)
  })

  it.each(['null-character', 'empty-objects', 'unasked-person'] as const)(
    'the person task with the fault %s loses nobody',
    async (fault) => {
      lake.control.faults.set('person-task', fault)
      expect(await load()).toMatchObject({ state: 'completed', rowsLoaded: PEOPLE })
    },
  )

  it.each([
    ['peoplesoft', 'too-many-requests'],
    ['peoplesoft', 'cut-body'],
    ['person-task', 'server-error'],
    ['person-task', 'cut-body'],
    ['person-task', 'error-document'],
    ['vds', 'server-error'],
  ] as const)('%s with a passing %s is only asked again', async (system, fault) => {
    lake.control.faults.set(system, fault, { times: 2 })
    expect(await load()).toMatchObject({ state: 'completed', rowsLoaded: PEOPLE })
  })
})

describe('over the real protocols, through the gateway', () => {
  it('students, faculty, staff and employees are loaded, with what the faculty teaches', async () => {
    const end = await load(GATEWAY)
    expect(end.problem).toBeNull()
    const expected = idsOf('student', 'employee', 'faculty').sort()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: expected.length })
    const rows = await lake.rows<{ bu_uid: string }>(`select bu_uid from ${CURRENT} order by 1`)
    expect(rows.map(({ bu_uid }) => bu_uid)).toEqual(expected)
    expect(await lake.count(CURRENT, `'faculty' = any (populations)`)).toBe(idsOf('faculty').length)
    expect(await load(GATEWAY)).toMatchObject({ state: 'completed', rowsLoaded: 0 })
  })

  it('an answer that ends early but well leaves people missing, and a replay completes them', async () => {
    await load(GATEWAY)
    const good = await everything()
    await lake.rows(`truncate ${TABLES.join()}`)
    lake.control.faults.set('person-api', 'ends-early')
    const runId = randomUUID()
    expect(await load({ ...GATEWAY, runId })).toMatchObject({
      state: 'partial',
      problem: expect.stringContaining('they are not in the answer'),
    })
    lake.control.faults.clear()
    const replay = await load({ ...GATEWAY, parameters: { ...GATEWAY.parameters, replay: runId } })
    expect(replay.state).toBe('completed')
    expect(await everything()).toEqual(good)
  })

  it('a catalogue that forgot to map its connections is told so, and nobody is postponed for it', async () => {
    const end = await load({ parameters: { upstream: 'gateway' } })
    expect(end).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('Map snaplogic_person to a connection of the kind person-api'),
    })
    expect(await lake.count(CURRENT)).toBe(0)
  })

  it('errors about single people cost only those', async () => {
    lake.control.faults.set('person-api', 'error-lines')
    const end = await load(GATEWAY)
    expect(end).toMatchObject({ state: 'partial' })
    expect(JSON.stringify([end.problem, end.ledger.entries, end.ledger.rejections])).not.toMatch(/U9\d{4}/)
  })

  it('a summary that counts otherwise is not believed: the batch is asked for again', async () => {
    lake.control.faults.set('person-api', 'wrong-summary', { times: 2 })
    expect(await load(GATEWAY)).toMatchObject({ state: 'completed' })
  })
})
