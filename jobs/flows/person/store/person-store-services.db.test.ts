import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { POPULATIONS } from '#jobs/flows/person/incoming-person.ts'
import { aPerson, type PersonStoreHarness, personStoreHarness } from '#lib/testing/worlds/person-store-harness.ts'

let lake: PersonStoreHarness
const CURRENT = 'person_xform.current_person_data'
const CURATED = 'person_curated.person_data_by_service'
const FILTERS = 'person_curated.person_schema_service_filters'
const PEOPLE = 600

beforeAll(async () => {
  lake = await personStoreHarness()
  await lake.clear()
  await lake.rows(`create table shipped as table ${FILTERS}`)
})
afterAll(() => lake.close())

beforeEach(async () => {
  lake.setNow('2026-11-20T08:00:00Z')
  await lake.clear()
  await lake.rows(`truncate ${FILTERS}`)
  await lake.rows(
    `insert into ${FILTERS} values ('names', array['/personid', '/names', '/birthDate'], null), ('marks', array['/marks'], 'student')`,
  )
  const people = Array.from({ length: PEOPLE }, (_, index) =>
    aPerson(`P${index}`, { names: ['Ada'], birthDate: '2001', marks: [index] }, [index % 2 === 0 ? 'student' : 'employee']),
  )
  await lake.load(...people)
  lake.setNow('2026-11-21T08:00:00Z')
})

const curateAnew = async () => (await lake.begin()).store.curateAnew()
const written = () =>
  lake.rows(`select service, count(*)::int as n from ${CURATED} where modified_date = '2026-11-21T08:00:00Z' group by 1 order by 1`)

describe('when an allow-list changes and nobody does', () => {
  it('narrowing takes effect for everybody, and touches no other service', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/personid', '/names'] where service = 'names'`)
    expect(await curateAnew()).toEqual({ written: PEOPLE, removed: 0 })
    expect(await lake.count(CURATED, "service = 'names' and person_data ? 'birthDate'")).toBe(0)
    expect(await written()).toEqual([{ service: 'names', n: PEOPLE }])
    expect(await lake.count('person_raw.person_data')).toBe(PEOPLE)
  })

  it('a new service gets rows for the people of its population who were loaded before', async () => {
    await lake.rows(`insert into ${FILTERS} values ('staff', array['/names'], 'employee')`)
    expect(await curateAnew()).toEqual({ written: PEOPLE / 2, removed: 0 })
    expect(await lake.servicesOf('P1')).toEqual(['full', 'names', 'staff'])
    expect(await lake.servicesOf('P2')).toEqual(['full', 'marks', 'names'])
  })

  it('a service that is narrowed to one population loses everybody else', async () => {
    await lake.rows(`update ${FILTERS} set population = 'employee' where service = 'names'`)
    expect(await curateAnew()).toEqual({ written: 0, removed: PEOPLE / 2 })
    expect(await lake.count(CURATED, "service = 'names'")).toBe(PEOPLE / 2)
  })

  it('a removed service loses all its rows', async () => {
    await lake.rows(`delete from ${FILTERS} where service = 'names'`)
    expect(await curateAnew()).toEqual({ written: 0, removed: PEOPLE })
    expect(await lake.count(CURATED, "service = 'names'")).toBe(0)
  })

  it('duplicates are harmless, broad beats narrow, and the same content is not written again', async () => {
    await lake.rows(
      `update ${FILTERS} set paths = array['/names', '/names', '/personid', '/birthDate/x', '/birthDate', '/birthDate/y'] where service = 'names'`,
    )
    expect(await curateAnew()).toEqual({ written: 0, removed: 0 })
    expect(await lake.load(aPerson('NEW', { names: ['Eve'], birthDate: '2002' }))).toMatchObject({ merged: { fresh: 1 } })
    expect(await lake.rows(`select person_data as d from ${CURATED} where bu_uid = 'NEW' and service = 'names'`)).toEqual([
      { d: { personid: 'NEW', names: ['Eve'], birthDate: '2002' } },
    ])
  })

  it('is done once, says so, and counts what an attempt did that was cut off', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/names'] where service = 'names'`)
    const first = await lake.begin()
    await lake.rows(`update ${CURRENT} set curated_with = 'done by hand' where bu_uid < 'P3'`)
    expect((await first.store.curateAnew()).written).toBe(PEOPLE)
    expect(first.words).toEqual(['By the allow-lists as they are now, 600 curated rows differ and 0 have to go.'])
    const again = await lake.begin({ runId: first.runId, attempt: 2 })
    expect(await again.store.curateAnew()).toEqual({ written: PEOPLE, removed: 0 })
    const next = await lake.begin()
    expect(await next.store.curateAnew()).toEqual({ written: 0, removed: 0 })
    expect(next.words).toEqual([])
  })

  it('goes on after the batches that an earlier attempt has committed', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/names'] where service = 'names'`)
    const first = await lake.begin()
    await lake.rows(`alter table ${CURRENT} add constraint no_p9 check (bu_uid <> 'P9' or curated_with like 'x%') not valid`)
    await expect(first.store.curateAnew()).rejects.toThrow('no_p9')
    await lake.rows(`alter table ${CURRENT} drop constraint no_p9`)
    const stale = await lake.count(CURRENT, `curated_with = (select curated_with from ${CURRENT} where bu_uid = 'P9')`)
    expect(stale).toBeGreaterThan(0)
    expect(stale).toBeLessThan(PEOPLE)
    const second = await lake.begin({ runId: first.runId, attempt: 2 })
    expect((await second.store.curateAnew()).written).toBe(PEOPLE)
    expect(await lake.count(CURATED, "service = 'names' and person_data ? 'birthDate'")).toBe(0)
  })

  it.each([
    ['full', ['/a'], null],
    ['FULL', ['/a'], null],
    ['a b', ['/a'], null],
    ['empty', [], null],
    ['bare', ['names'], null],
    ['trailing', ['/names/'], null],
    ['null', [null], null],
    ['alumni', ['/a'], 'alumnus'],
  ])('the lake refuses the filter %s %j %s', async (service, paths, population) => {
    await expect(lake.rows(`insert into ${FILTERS} values ($1, $2, $3)`, [service, paths, population])).rejects.toThrow(/check constraint/)
  })

  it('a list that is bad in spite of that is published to nobody and stops nobody else', async () => {
    await lake.rows(`alter table ${FILTERS} drop constraint paths_are_paths`)
    await lake.rows(`insert into ${FILTERS} values ('bad', array['names'], null)`)
    const run = await lake.load(aPerson('NEW', { names: ['Eve'] }))
    await lake.rows(`delete from ${FILTERS} where service = 'bad'`)
    expect(run.words).toEqual([expect.stringContaining('service "bad"')])
    expect(run.merged).toMatchObject({ fresh: 1, refused: 0 })
    expect(await lake.servicesOf('NEW')).toEqual(['full', 'names'])
  })
})

describe('the shipped services', () => {
  it('are 22, each of the right people', async () => {
    const rows = await lake.rows<{ service: string; population: string | null; paths: string[] }>('select * from shipped order by service')
    expect(rows).toHaveLength(22)
    for (const { service, population, paths } of rows) {
      expect(population, service).toBe(/^(student|employee|affiliate)/.exec(service)?.[0] ?? null)
      expect(paths[0], service).toBe('/personid')
      expect(new Set(paths).size, service).toBe(paths.length)
    }
    const sizes = Object.fromEntries(rows.map(({ service, paths }) => [service, paths.length]))
    expect(sizes).toMatchObject({
      studentGeneric: 29,
      student: 18,
      affiliateGeneric: 14,
      employeeDepartment: 12,
      bioDemo: 4,
      studentGPA: 7,
      studentClass: 11,
    })
  })

  it('may be for every population, also in a lake that an earlier release made', async () => {
    const check = `${FILTERS.split('.')[1]}_population_check`
    await lake.rows(
      `alter table ${FILTERS} drop constraint ${check}, add constraint ${check} check (population in ('student', 'employee'))`,
    )
    await lake.rows(`delete from tidemark.applied_schema where file = 'person.sql'`)
    await lake.begin()
    const add = (population: string) =>
      lake.rows(`insert into ${FILTERS} (service, paths, population) values ('of_${population}', array['/names'], '${population}')`)
    for (const population of POPULATIONS) await add(population)
    await expect(add('alumnus')).rejects.toThrow(check)
  })

  it('are changed by an admin for good: applying the schema again brings none back', async () => {
    await lake.rows(`delete from tidemark.applied_schema where file = 'person.sql'`)
    await lake.rows(`update ${FILTERS} set paths = array['/names'] where service = 'names'`)
    await lake.begin()
    expect(await lake.rows(`select paths from ${FILTERS} where service = 'names'`)).toEqual([{ paths: ['/names'] }])
  })
})
