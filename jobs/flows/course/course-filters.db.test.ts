import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import course from '#jobs/flows/course.ts'
import { type LakeWithCampus, lakeWithCampus } from '#lib/testing/runs/lake-runs.ts'

let lake: LakeWithCampus
const CURATED = 'course_curated.course_data_by_service'
const FILTERS = 'course_curated.course_schema_service_filters'
const PER_TERM = 40

beforeAll(async () => {
  lake = await lakeWithCampus({ coursesPerTerm: PER_TERM })
})
afterAll(() => lake.close())

beforeEach(async () => {
  lake.control.faults.clear()
  lake.clock.set('2026-11-20T07:00:00Z')
  const first = await load()
  expect(first.state).toBe('completed')
  await lake.rows(`delete from ${FILTERS} where service not in ('courseCatalog', 'courseSections', 'classDetails', 'classRoster')`)
  await lake.rows(
    `update ${FILTERS} set paths = array['/title', '/college', '/department', '/termDetails'] where service = 'courseCatalog'`,
  )
  await load()
  lake.clock.set('2026-11-21T07:00:00Z')
})

const load = () => lake.run('course', course, { parameters: { terms: ['2267'] } })
const servicesWritten = () =>
  lake.rows<{ service: string; n: number }>(
    `select service, count(*)::int as n from ${CURATED} where modified_date = '2026-11-21T07:00:00Z' group by 1`,
  )

describe('when an allow-list changes and no course does', () => {
  it('narrowing takes effect for every course, and touches no other service', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/department', '/termDetails'] where service = 'courseCatalog'`)
    const end = await load()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(await lake.count(CURATED, "service = 'courseCatalog' and course_data ? 'title'")).toBe(0)
    expect(await servicesWritten()).toEqual([{ service: 'courseCatalog', n: PER_TERM }])
    expect(await lake.count('course_raw.course_data')).toBe(PER_TERM)
  })

  it('narrowing takes effect even while the source is down', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/college'] where service = 'courseCatalog'`)
    lake.control.faults.set('snaplogic', 'down')
    expect((await load()).state).toBe('failed')
    expect(await lake.count(CURATED, "service = 'courseCatalog' and course_data ? 'title'")).toBe(0)
  })

  it('a new service gets a row for every course', async () => {
    await lake.rows(`insert into ${FILTERS} values ('titles', array['/title'])`)
    await load()
    expect(await lake.count(CURATED, "service = 'titles'")).toBe(PER_TERM)
    expect(await servicesWritten()).toEqual([{ service: 'titles', n: PER_TERM }])
  })

  it('a removed service loses all its rows', async () => {
    await lake.rows(`insert into ${FILTERS} values ('titles', array['/title'])`)
    await load()
    await lake.rows(`delete from ${FILTERS} where service = 'titles'`)
    await load()
    expect(await lake.count(CURATED, "service = 'titles'")).toBe(0)
  })

  it('writes nothing when the new list lets the same through (broad beats narrow, duplicates are harmless)', async () => {
    await lake.rows(
      `update ${FILTERS} set paths = array['/title', '/title', '/college', '/department', '/termDetails/term', '/termDetails'] where service = 'courseCatalog'`,
    )
    await load()
    expect(await servicesWritten()).toEqual([])
  })

  it('does it once', async () => {
    await lake.rows(`update ${FILTERS} set paths = array['/college'] where service = 'courseCatalog'`)
    await load()
    const again = await load()
    expect(again.ledger.entries.filter((entry) => entry.message.includes('curated anew'))).toEqual([])
  })

  it.each([
    ['full', ['/title']],
    ['Full', ['/title']],
    ['a b', ['/title']],
    ['empty', []],
    ['bare', ['title']],
    ['slash', ['/']],
    ['trailing', ['/title/']],
    ['nothing', ['/title', '']],
    ['null', [null]],
  ])('the lake refuses the filter %s %j', async (service, paths) => {
    await expect(lake.rows(`insert into ${FILTERS} values ($1, $2)`, [service, paths])).rejects.toThrow(/check constraint/)
  })
})
