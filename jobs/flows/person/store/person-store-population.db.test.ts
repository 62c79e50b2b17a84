import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Population } from '#jobs/flows/person/incoming-person.ts'
import { aPerson, type PersonStoreHarness, personStoreHarness } from '#lib/testing/worlds/person-store-harness.ts'

let lake: PersonStoreHarness
const RAW = 'person_raw.person_data'
const CURRENT = 'person_xform.current_person_data'
const CURATED = 'person_curated.person_data_by_service'
const EMAIL = { email: [{ address: 'a@campus.example' }] }
const STUDENT: readonly Population[] = ['student']
const BOTH: readonly Population[] = ['employee', 'student']

beforeAll(async () => {
  lake = await personStoreHarness()
})
afterAll(() => lake.close())
beforeEach(async () => {
  lake.setNow('2026-11-20T08:00:00Z')
  await lake.clear()
})

const everybody = (count: number, populations = STUDENT) =>
  Array.from({ length: count }, (_, index) => aPerson(`P${index}`, EMAIL, populations))
const populationOf = (people: readonly { buid: string; populations: readonly Population[] }[]) =>
  new Map(people.map(({ buid, populations }) => [buid, populations]))
const populationsIn = async (buid: string) =>
  (await lake.rows<{ populations: string[] }>(`select populations from ${CURRENT} where bu_uid = $1`, [buid]))[0]?.populations

/** A run on the next night that loads some people and then says who there is. */
async function run(people: ReturnType<typeof everybody>, more: { whole?: ReturnType<typeof everybody>; shrinkRatio?: number } = {}) {
  lake.setNow('2026-11-21T08:00:00Z')
  const { whole = people, shrinkRatio = 0.5 } = more
  const started = await lake.begin()
  const merged = await started.store.merge('people', people)
  return { ...started, merged, unseen: await started.store.deleteUnseen({ population: populationOf(whole), shrinkRatio }) }
}

describe('the populations of a person', () => {
  it('are stored sorted, and grow without a new version; the new services are filled', async () => {
    await lake.load(aPerson('P1', EMAIL, ['student']))
    const { merged } = await lake.load(aPerson('P1', EMAIL, ['employee', 'student']))
    expect(merged).toMatchObject({ unchanged: 1, changed: 0, regrouped: 1, curated: 5, uncurated: 0 })
    expect(await populationsIn('P1')).toEqual(['employee', 'student'])
    expect(await lake.count(RAW)).toBe(1)
    expect(await lake.servicesOf('P1')).toContain('employeeGeneric')
  })

  it('do not shrink in a merge, with the same content or with other', async () => {
    await lake.load(aPerson('P1', EMAIL, BOTH))
    expect((await lake.load(aPerson('P1', EMAIL, STUDENT))).merged).toMatchObject({ unchanged: 1, regrouped: 0, uncurated: 0 })
    expect((await lake.load(aPerson('P1', { ...EMAIL, n: 1 }, ['affiliate']))).merged).toMatchObject({ changed: 1 })
    expect(await populationsIn('P1')).toEqual(['affiliate', 'employee', 'student'])
    expect(await lake.servicesOf('P1')).toEqual(expect.arrayContaining(['affiliateGeneric', 'employeeGeneric', 'student']))
  })

  it('shrink at the end of a complete run, and the services are withdrawn without a new version', async () => {
    await lake.load(...everybody(10, BOTH))
    const whole = everybody(10, BOTH).map((person) => (person.buid === 'P3' ? { ...person, populations: STUDENT } : person))
    const { unseen } = await run(whole)
    expect(unseen).toMatchObject({ deleted: 0, regrouped: 1, uncurated: 5, kept: 0, distrusted: [] })
    expect(await populationsIn('P3')).toEqual(['student'])
    expect(await lake.servicesOf('P3')).toEqual(['full', 'student', 'studentContactInfo', 'studentGeneralInfo', 'studentGeneric'])
    expect(await lake.count(RAW)).toBe(10)
  })

  it('change for somebody who could not be loaded, too; what is new is curated by the next run', async () => {
    await lake.load(...everybody(10, BOTH))
    const whole = everybody(10, BOTH).map((person) => (person.buid === 'P3' ? { ...person, populations: STUDENT } : person))
    await run(
      whole.filter(({ buid }) => buid !== 'P3'),
      { whole },
    )
    expect(await lake.servicesOf('P3')).not.toContain('employeeGeneric')
    expect(await populationsIn('P3')).toEqual(['student'])
    expect(await lake.count(CURRENT, 'deleted_at is null')).toBe(10)
    const affiliated = everybody(10, BOTH).map((person) =>
      person.buid === 'P3' ? { ...person, populations: ['affiliate'] as const } : person,
    )
    await run(
      affiliated.filter(({ buid }) => buid !== 'P3'),
      { whole: affiliated },
    )
    expect([await populationsIn('P3'), await lake.servicesOf('P3')]).toEqual([['affiliate'], ['full']])
    expect(await (await lake.begin()).store.curateAnew()).toEqual({ written: 4, removed: 0 })
    expect(await lake.servicesOf('P3')).toContain('affiliateGeneric')
  })
})

describe('people who are gone', () => {
  it('are marked, lose their curated rows, and keep history and current row', async () => {
    await lake.load(...everybody(10))
    const { unseen } = await run(everybody(9))
    expect(unseen).toMatchObject({ deleted: 1, uncurated: 5, kept: 0 })
    expect(await lake.servicesOf('P9')).toEqual([])
    expect(await lake.count(CURRENT, "bu_uid = 'P9' and deleted_at = '2026-11-21T08:00:00Z'")).toBe(1)
    expect(await lake.count(RAW, "bu_uid = 'P9'")).toBe(1)
    expect(await lake.count(CURATED)).toBe(45)
  })

  it('are restored when they return, with the populations of their return', async () => {
    await lake.load(...everybody(10, BOTH))
    await run(everybody(9, BOTH))
    const { merged } = await run(everybody(10, STUDENT).slice(9), { whole: everybody(10, STUDENT) })
    expect(merged).toMatchObject({ returned: 1, curated: 5 })
    expect(await populationsIn('P9')).toEqual(['student'])
    expect(await lake.servicesOf('P9')).toEqual(['full', 'student', 'studentContactInfo', 'studentGeneralInfo', 'studentGeneric'])
    expect(await lake.count(RAW, "bu_uid = 'P9'")).toBe(2)
    expect(await lake.count(CURRENT, 'deleted_at is not null')).toBe(0)
  })

  it('are not those who could not be loaded, nor those who came although nobody named them', async () => {
    await lake.load(...everybody(10))
    const { unseen } = await run(everybody(10).slice(5), { whole: everybody(9) })
    expect(unseen).toMatchObject({ deleted: 0, kept: 0 })
    expect(await lake.count(CURRENT, 'deleted_at is null')).toBe(10)
  })

  it('are nobody when half of all would be gone', async () => {
    await lake.load(...everybody(10))
    expect((await run(everybody(5))).unseen).toMatchObject({ deleted: 0, kept: 5 })
    expect((await run(everybody(5), { shrinkRatio: 0.4 })).unseen).toMatchObject({ deleted: 5, kept: 0 })
  })

  it('are nobody of a population that shrank too much to be true, while others may go', async () => {
    const employees = Array.from({ length: 20 }, (_, index) => aPerson(`E${index}`, EMAIL, ['employee']))
    const both = Array.from({ length: 4 }, (_, index) => aPerson(`B${index}`, EMAIL, BOTH))
    await lake.load(...everybody(60), ...employees, ...both)
    const whole = [...everybody(58), ...employees.slice(0, 8), ...both.map((person) => ({ ...person, populations: STUDENT }))]
    const { unseen } = await run(whole)
    expect(unseen).toMatchObject({ deleted: 2, kept: 12, distrusted: ['employee'], regrouped: 0 })
    expect(await lake.count(CURRENT, "'employee' = any (populations) and deleted_at is null")).toBe(24)
  })

  it('may be the few of a small population', async () => {
    const affiliates = Array.from({ length: 3 }, (_, index) => aPerson(`A${index}`, EMAIL, ['affiliate']))
    await lake.load(...everybody(20), ...affiliates)
    expect((await run([...everybody(20), ...affiliates.slice(0, 1)])).unseen).toMatchObject({ deleted: 2, kept: 0, distrusted: [] })
  })

  it('are decided once', async () => {
    await lake.load(...everybody(10, BOTH))
    const first = await run(everybody(9, BOTH).map((person) => (person.buid === 'P1' ? { ...person, populations: STUDENT } : person)))
    const second = await lake.begin({ runId: first.runId, attempt: 2 })
    expect(await second.store.deleteUnseen({ population: new Map(), shrinkRatio: 0.5 })).toEqual(first.unseen)
    expect(await lake.count(CURRENT, 'deleted_at is null')).toBe(9)
  })
})
