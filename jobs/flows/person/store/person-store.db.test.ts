import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { IncomingPerson } from '#jobs/flows/person/incoming-person.ts'
import { aPerson, type PersonStoreHarness, personStoreHarness } from '#lib/testing/worlds/person-store-harness.ts'

let lake: PersonStoreHarness
const RAW = 'person_raw.person_data'
const CURRENT = 'person_xform.current_person_data'
const CURATED = 'person_curated.person_data_by_service'
const EMPLOYEE = ['employeeAcademic', 'employeeContactInfo', 'employeeDepartment', 'employeeGeneric', 'employeeSupervisor']
const AFFILIATE = ['affiliateContactInfo', 'affiliateDepartment', 'affiliateGeneric', 'affiliateSupervisor']
const EMAIL = { email: [{ type: 'H', address: 'ada@campus.example', isPreferred: true }] }
const BASIC = { personBasic: { names: [{ firstName: 'Ada' }], birthDate: '2001-02-03' } }

beforeAll(async () => {
  lake = await personStoreHarness()
})
afterAll(() => lake.close())
beforeEach(async () => {
  lake.setNow('2026-11-20T08:00:00Z')
  await lake.clear()
})
const nextNight = () => lake.setNow('2026-11-21T08:00:00Z')
const merged = async (...people: readonly IncomingPerson[]) => (await lake.load(...people)).merged
const rewritten = async () =>
  (await lake.rows<{ service: string }>(`select service from ${CURATED} where modified_date = '2026-11-21T08:00:00Z' order by 1`)).map(
    (row) => row.service,
  )

describe('a person who is loaded', () => {
  it('e-mails in another order are the same person', async () => {
    const [home, work] = [{ type: 'H', address: 'x' }, { type: 'W' }]
    expect(await merged(aPerson('P1', { email: [home, work] }))).toMatchObject({ fresh: 1, changed: 0 })
    expect(await merged(aPerson('P1', { email: [work, home] }))).toMatchObject({ fresh: 0, changed: 0, unchanged: 1, curated: 0 })
    expect(await lake.count(RAW)).toBe(1)
  })

  it('null, [] and {} are three versions', async () => {
    for (const hold of [null, [], {}, null]) await merged(aPerson('P1', { hold }))
    expect(await lake.rows(`select person_data->'hold' as hold from ${RAW} order by version`)).toEqual(
      [null, [], {}, null].map((hold) => ({ hold })),
    )
    expect(await merged(aPerson('P1'))).toMatchObject({ changed: 1 })
  })

  it('lists are multisets: the order does not count, the number does', async () => {
    await merged(aPerson('P1', { list: [1, 2, 2] }))
    expect(await merged(aPerson('P1', { list: [2, 1.0, 2] }))).toMatchObject({ unchanged: 1 })
    expect(await merged(aPerson('P1', { list: [1, 1, 2] }))).toMatchObject({ changed: 1 })
  })

  it('somebody of whom only the id is known is stored and published to nobody', async () => {
    expect(await merged(aPerson('P1'))).toMatchObject({ fresh: 1, curated: 0 })
    expect([await lake.count(RAW), await lake.count(CURRENT)]).toEqual([1, 1])
    expect(await lake.servicesOf('P1')).toEqual([])
  })

  it('names, birth date and an e-mail reach the services of that population only', async () => {
    await merged(
      aPerson('P1', { ...BASIC, ...EMAIL }, ['student']),
      aPerson('P2', { ...BASIC, ...EMAIL }, ['employee']),
      aPerson('P3', { ...BASIC, ...EMAIL }, ['affiliate']),
      aPerson('P4', { ...BASIC, ...EMAIL }, ['faculty', 'student', 'employee', 'affiliate']),
      aPerson('P5', { ...BASIC, ...EMAIL }, []),
    )
    const student = ['student', 'studentContactInfo', 'studentGeneralInfo', 'studentGeneric']
    expect(await lake.servicesOf('P1')).toEqual(['bioDemo', 'full', ...student])
    expect(await lake.servicesOf('P2')).toEqual(['bioDemo', ...EMPLOYEE, 'full'])
    expect(await lake.servicesOf('P3')).toEqual([...AFFILIATE, 'bioDemo', 'full'])
    expect(await lake.servicesOf('P4')).toEqual([...AFFILIATE, 'bioDemo', ...EMPLOYEE, 'full', ...student])
    expect(await lake.servicesOf('P5')).toEqual(['bioDemo', 'full'])
  })

  it('a student with only an e-mail is in no employee or affiliate service', async () => {
    await merged(aPerson('P1', EMAIL))
    const services = await lake.servicesOf('P1')
    expect(services.filter((service) => /^(employee|affiliate)/.test(service))).toEqual([])
    expect(services).toEqual(['full', 'student', 'studentContactInfo', 'studentGeneralInfo', 'studentGeneric'])
  })

  it('of several versions in one batch the last one sent wins', async () => {
    const versions = [1, 2, 1].map((n) => aPerson('P1', { n }))
    expect(await merged(...versions)).toMatchObject({ fresh: 1, duplicates: 2 })
    expect(await lake.rows(`select person_data->'n' as n, version from ${RAW}`)).toEqual([{ n: 1, version: 1 }])
    expect(await lake.rows(`select person_data->'n' as n from ${CURRENT}`)).toEqual([{ n: 1 }])
    await merged(aPerson('P1', { n: 1 }), aPerson('P1', { n: 3 }))
    expect(await lake.rows(`select person_data->'n' as n from ${CURRENT}`)).toEqual([{ n: 3 }])
  })

  it('versions are counted, so the latest never depends on a clock', async () => {
    for (const n of [1, 2, 1]) await merged(aPerson('P1', { n }))
    expect(await lake.rows(`select version, person_data->'n' as n from ${RAW} order by version`)).toEqual([
      { version: 1, n: 1 },
      { version: 2, n: 2 },
      { version: 3, n: 1 },
    ])
    expect(await lake.rows(`select version, person_data->'n' as n from ${CURRENT}`)).toEqual([{ version: 3, n: 1 }])
  })
})

describe('what is written', () => {
  it('is nothing for somebody who did not change, but that they were seen, whatever the spelling', async () => {
    await merged(aPerson('P1', { ...BASIC, ...EMAIL }))
    nextNight()
    const respelled = { ...aPerson('P1'), text: JSON.stringify({ ...EMAIL, ...BASIC, personid: 'P1' }, null, 2) }
    expect(await merged(respelled)).toMatchObject({ unchanged: 1, changed: 0, curated: 0, uncurated: 0 })
    expect(await lake.count(RAW)).toBe(1)
    expect(await rewritten()).toEqual([])
    expect(await lake.count(CURRENT, "last_seen_at = '2026-11-21T08:00:00Z' and modified_date = '2026-11-20T08:00:00Z'")).toBe(1)
  })

  it('are only the services that see the change', async () => {
    await merged(aPerson('P1', { ...BASIC, ...EMAIL, studentInfo: { advisor: [{ name: 'Bob' }] } }))
    nextNight()
    const { curated } = await merged(aPerson('P1', { ...BASIC, ...EMAIL, studentInfo: { advisor: [{ name: 'Eve' }] } }))
    expect(await rewritten()).toEqual(['full', 'studentAdvisor'])
    expect(curated).toBe(2)
  })

  it('is taken away from a service that has nothing more to show', async () => {
    await merged(aPerson('P1', { ...EMAIL, studentInfo: { advisor: [{ name: 'Bob' }] } }))
    expect(await merged(aPerson('P1', EMAIL))).toMatchObject({ changed: 1, uncurated: 1 })
    expect(await lake.servicesOf('P1')).not.toContain('studentAdvisor')
  })

  it('keeps numbers to the last digit', async () => {
    await merged({ ...aPerson('P1'), text: '{"personid":"P1","big":12345678901234567890.123456789}' })
    expect(await lake.rows(`select person_data->>'big' as big from ${CURRENT}`)).toEqual([{ big: '12345678901234567890.123456789' }])
  })

  it('heals what somebody took away by hand', async () => {
    await merged(aPerson('P1', EMAIL))
    await lake.rows(`delete from ${CURRENT}`)
    expect(await merged(aPerson('P1', EMAIL))).toMatchObject({ fresh: 1, refused: 0 })
    expect(await lake.rows(`select version from ${CURRENT}`)).toEqual([{ version: 2 }])
    expect(await lake.servicesOf('P1')).toContain('full')
  })

  it('is decided in no time for a deeply nested document', async () => {
    let deep: unknown = ['leaf']
    for (let level = 0; level < 150; level += 1) deep = [deep, level]
    await merged(aPerson('P1', { deep }))
    expect(await merged(aPerson('P1', { deep, more: 1 }))).toMatchObject({ changed: 1 })
  })
})

describe('where the stored hash is of another version', () => {
  it('contents are compared', async () => {
    await merged(aPerson('P1'), aPerson('P2'))
    await lake.rows(`update ${CURRENT} set hash_version = 0, content_hash = '\\x00'`)
    expect(await merged(aPerson('P1'), aPerson('P2', { more: 1 }))).toMatchObject({ changed: 1, unchanged: 1 })
    expect(await lake.count(CURRENT, 'hash_version = 1 and length(content_hash) = 32')).toBe(2)
    expect(await lake.count(RAW)).toBe(3)
  })
})
