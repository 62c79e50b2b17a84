import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import person from '#jobs/flows/person.ts'
import { CURRENT, type PersonLake, personLake } from '#lib/testing/worlds/person-lake.ts'

let at: PersonLake
/** Whom only the list of residents names, and whom only the directory's list of staff. */
let residents: string[]
let staff: string[]

beforeAll(async () => {
  at = await personLake(person)
})
afterAll(() => at.lake.close())

beforeEach(async () => {
  await at.restart()
  at.people.add(20)
  at.people.add(8, { populations: ['employee'], terms: [] })
  at.people.add(3, { populations: ['affiliate'], terms: [] })
  at.people.add(2, { populations: ['faculty'], terms: [] })
  residents = at.people.add(4)
  staff = at.people.add(9, { populations: ['employee'], terms: [] })
})

/** The records of the sources, with the people of these lists in no other. */
async function* extract(request: Record<string, unknown>): AsyncGenerator<unknown> {
  const isOfDirectory = String(request['filter']).endsWith('=staff)')
  if (request['query'] === 'BU_PARM_ENRL_DORM_QRY') yield* there(residents).map((buid) => ({ CAMPUS_ID: buid }))
  else if (isOfDirectory) yield* there(staff).map((buid) => ({ attributes: { PersonBuid: [buid] } }))
  else {
    for await (const row of at.people.extract(request)) if (isBatch(request) || !isOnlyThere(row)) yield row
  }
}

const there = (ids: readonly string[]) => ids.filter((buid) => at.people.people.has(buid))
const isBatch = (request: Record<string, unknown>) =>
  request['prompts'] !== undefined || request['persons'] !== undefined || request['people'] !== undefined
const isOnlyThere = (row: unknown) => [...residents, ...staff].some((buid) => JSON.stringify(row).includes(buid))

const nightOf = (upstream: 'direct' | 'gateway', parameters: Record<string, unknown> = {}) =>
  at.load({ extract, parameters: { upstream, ...parameters } })
const populationsOf = async (buid: string | undefined) =>
  (await at.lake.rows(`select populations::text, deleted_at is null as alive from ${CURRENT} where bu_uid = $1`, [buid]))[0]
const servicesOf = (buid: string | undefined) =>
  at.lake.rows('select service from person_curated.person_data_by_service where bu_uid = $1 order by 1', [buid])

describe('a night with the other upstream', () => {
  it('deletes nobody and takes no service away whom only a list of the gateway names', async () => {
    await nightOf('gateway')
    const before = await at.lake.rows('select bu_uid, service from person_curated.person_data_by_service order by 1, 2')
    const end = await nightOf('direct')
    expect(end).toMatchObject({ state: 'completed', report: { counts: { gone: 0, 'left alone': 2 + 4 + 9 } } })
    expect(await at.lake.count(CURRENT, 'deleted_at is not null')).toBe(0)
    const after = await at.lake.rows('select bu_uid, service from person_curated.person_data_by_service order by 1, 2')
    expect(after).toEqual(expect.arrayContaining(before))
  })

  it('and back: those who left meanwhile are gone, the others are what they were', async () => {
    await nightOf('gateway')
    await nightOf('direct')
    for (const buid of [residents[0], staff[0]]) at.people.people.delete(buid ?? '')
    expect(await nightOf('direct')).toMatchObject({ state: 'completed', report: { counts: { gone: 0 } } })
    expect(await nightOf('gateway')).toMatchObject({ state: 'completed', report: { counts: { gone: 2, 'left alone': 3 } } })
    expect(await populationsOf(residents[0])).toMatchObject({ alive: false })
    expect(await populationsOf(staff[1])).toEqual({ populations: '{employee,staff}', alive: true })
    expect(await populationsOf(residents[1])).toEqual({ populations: '{resident,student}', alive: true })
  })

  it('keeps affiliates when the gateway, which does not know them, follows', async () => {
    await nightOf('direct')
    expect(await nightOf('gateway')).toMatchObject({ state: 'completed', report: { counts: { gone: 0, 'left alone': 3 } } })
    expect(await at.lake.count(CURRENT, `'affiliate' = any (populations) and deleted_at is null`)).toBe(3)
  })

  it('of which the directory is switched off keeps the staff whom SAP does not know', async () => {
    await nightOf('gateway')
    const services = await servicesOf(staff[0])
    expect(await nightOf('gateway', { vds: false })).toMatchObject({
      state: 'completed',
      report: { counts: { gone: 0, 'left alone': 2 + 9 } },
    })
    expect(await populationsOf(staff[0])).toEqual({ populations: '{employee,staff}', alive: true })
    expect(await servicesOf(staff[0])).toEqual(services)
  })

  it('does not take an empty house in summer for a broken source', async () => {
    await nightOf('gateway')
    const [stays, ...leave] = residents
    residents = [stays ?? '']
    for (const buid of leave) at.people.people.delete(buid)
    expect(await nightOf('gateway')).toMatchObject({ state: 'completed', report: { counts: { gone: 3 } } })
  })
})
