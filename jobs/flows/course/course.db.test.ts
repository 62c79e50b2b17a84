import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import course from '#jobs/flows/course.ts'
import term from '#jobs/flows/term.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'

let lake: LakeWithCampus
const RAW = 'course_raw.course_data'
const CURRENT = 'course_xform.current_course_data'
const CURATED = 'course_curated.course_data_by_service'
const TERMS = { terms: ['2267'] }
const PER_TERM = 40

beforeAll(async () => {
  lake = await lakeWithCampus({ coursesPerTerm: PER_TERM })
  await lake.run('term', term)
})
afterAll(() => lake.close())

beforeEach(async () => {
  lake.control.faults.clear()
  lake.control.restore()
  lake.clock.set('2026-11-20T07:00:00Z')
  if ((await lake.rows<{ there: string | null }>(`select to_regclass('${RAW}') as there`))[0]?.there)
    await lake.rows(`truncate ${RAW}, ${CURRENT}, ${CURATED}`)
})

const load = (options: RunOptions = {}) => lake.run('course', course, { parameters: TERMS, ...options })
const nextNight = () => lake.clock.set('2026-11-21T07:00:00Z')

/** Services whose rows were written in the second night. */
async function rewritten(): Promise<string[]> {
  const rows = await lake.rows<{ service: string }>(
    `select service from ${CURATED} where modified_date = '2026-11-21T07:00:00Z' order by service`,
  )
  return rows.map((row) => row.service)
}

/** The example of the task's interface description, and records made from it. */
const EXAMPLE = {
  college: 'XX',
  department: 'YY',
  number: '101',
  title: 'Made-up Studies',
  v2: { courseId: '000123', sessionCode: '1' },
  sections: [
    {
      section: 'A1',
      classNumber: '7001',
      enrollmentCap: '30',
      v2: { instructionType: { code: 'LEC' }, meetingDetails: [{ days: 'MW' }], roster: [{ buid: 'U90000001' }] },
    },
  ],
}
function sending(...courses: unknown[]): Pick<RunOptions, 'extract'> {
  const termDetails = JSON.stringify({ academicCareer: 'UGRD', term: { code: '2267', description: 'Fall 2026' } })
  return {
    async *extract() {
      for (const one of courses) yield { kind: 'course', termDetails, text: JSON.stringify(one) }
    },
  }
}

describe('the course flow', () => {
  it('loads the active terms, every service filled', async () => {
    const end = await lake.run('course', course)
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 4 * PER_TERM, report: { counts: { terms: '2263, 2265, 2267, 2273' } } })
    expect(await lake.count(RAW)).toBe(4 * PER_TERM)
    const services = await lake.rows<{ service: string; n: number }>(
      `select service, count(*)::int as n from ${CURATED} group by 1 order by 1`,
    )
    expect(services.map((row) => row.service)).toEqual(['classDetails', 'classRoster', 'courseCatalog', 'courseSections', 'full'])
    expect(services.every((row) => row.n === 4 * PER_TERM)).toBe(true)
    expect(await lake.count(CURRENT, "course_data::text like '%&amp;%'")).toBe(0)
  })

  it('publishes all four services besides the whole document', async () => {
    await load(sending(EXAMPLE))
    const rows = await lake.rows<{ service: string; course_data: unknown }>(`select service, course_data from ${CURATED} order by service`)
    const termDetails = { academicCareer: 'UGRD', term: { code: '2267', description: 'Fall 2026' } }
    const views = Object.fromEntries(rows.map((row) => [row.service, row.course_data]))
    expect(views).toEqual({
      full: { ...EXAMPLE, termDetails },
      courseCatalog: { termDetails, college: 'XX', department: 'YY', number: '101', title: 'Made-up Studies', v2: EXAMPLE.v2 },
      courseSections: {
        termDetails,
        college: 'XX',
        department: 'YY',
        number: '101',
        title: 'Made-up Studies',
        v2: EXAMPLE.v2,
        sections: [{ section: 'A1', classNumber: '7001', enrollmentCap: '30' }],
      },
      classDetails: { termDetails, sections: [{ v2: { instructionType: { code: 'LEC' }, meetingDetails: [{ days: 'MW' }] } }] },
      classRoster: { termDetails, sections: [{ v2: { roster: [{ buid: 'U90000001' }] } }] },
    })
    expect(await lake.rows(`select academic_career, term_code, course_id, session_code from ${CURRENT}`)).toEqual([
      { academic_career: 'UGRD', term_code: 2267, course_id: 123, session_code: '1' },
    ])
  })

  it('writes nothing for what did not change, but notes that it is there', async () => {
    await load()
    nextNight()
    const end = await load()
    expect(end).toMatchObject({ state: 'completed', rowsLoaded: 0 })
    expect(await lake.count(RAW)).toBe(PER_TERM)
    expect(await rewritten()).toEqual([])
    expect(await lake.count(CURRENT, "last_seen_at = '2026-11-21T07:00:00Z'")).toBe(PER_TERM)
  })

  it('rewrites only the services that see the change', async () => {
    await load(sending(EXAMPLE))
    nextNight()
    const section = { ...EXAMPLE.sections[0], v2: { ...EXAMPLE.sections[0]?.v2, roster: [{ buid: 'U90000002' }] } }
    expect((await load(sending({ ...EXAMPLE, sections: [section] }))).rowsLoaded).toBe(1)
    expect(await rewritten()).toEqual(['classRoster', 'full'])
  })

  it('takes a service away from a course that has nothing more to show for it', async () => {
    await load(sending(EXAMPLE))
    nextNight()
    await load(sending({ ...EXAMPLE, sections: [{ section: 'A1' }] }))
    expect((await lake.rows<{ service: string }>(`select service from ${CURATED} order by 1`)).map((row) => row.service)).toEqual([
      'courseCatalog',
      'courseSections',
      'full',
    ])
  })

  it('stores a change between null, [] and {}, and ignores the order of lists', async () => {
    const versions = [{ hold: null }, { hold: [] }, { hold: {} }, { hold: [1, 2] }].map((more) => ({ ...EXAMPLE, ...more }))
    for (const version of versions) await load(sending(version))
    expect(await lake.count(RAW)).toBe(4)
    expect((await load(sending({ ...EXAMPLE, hold: [2, 1] }))).rowsLoaded).toBe(0)
    expect((await load(sending({ ...EXAMPLE, hold: [2, 1.0] }))).rowsLoaded).toBe(0)
    expect(await lake.count(RAW)).toBe(4)
  })

  it('keeps numbers to the last digit', async () => {
    const extract = async function* () {
      yield {
        kind: 'course',
        termDetails: '{"academicCareer":"UGRD","term":{"code":"2267"}}',
        text: '{"big":12345678901234567890,"v2":{"courseId":"1","sessionCode":"1"}}',
      }
    }
    await load({ extract })
    expect(await lake.rows(`select course_data->>'big' as big from ${CURRENT}`)).toEqual([{ big: '12345678901234567890' }])
  })

  it('settles several versions of one course in one answer, in any order, and stays settled', async () => {
    const other = { ...EXAMPLE, department: 'ZZ', title: 'The same, offered elsewhere' }
    await load(sending(other, EXAMPLE, other))
    const end = await load(sending(EXAMPLE, other))
    expect(end.rowsLoaded).toBe(0)
    expect(await lake.count(RAW)).toBe(1)
    expect(await lake.rows(`select course_data->>'title' as title from ${CURRENT}`)).toEqual([{ title: 'Made-up Studies' }])
    expect(end.report?.counts['duplicates']).toBe(1)
  })

  it('numbers versions, so the latest never depends on a clock', async () => {
    for (const title of ['One', 'Two', 'One']) await load(sending({ ...EXAMPLE, title }))
    expect(await lake.rows(`select version, course_data->>'title' as title from ${RAW} order by version`)).toEqual([
      { version: 1, title: 'One' },
      { version: 2, title: 'Two' },
      { version: 3, title: 'One' },
    ])
    expect(await lake.rows(`select version, course_data->>'title' as title from ${CURRENT}`)).toEqual([{ version: 3, title: 'One' }])
  })

  it('marks a vanished course as deleted, takes its curated rows, and brings it back when it returns', async () => {
    await load()
    lake.control.removeCourse('2267', '000005')
    expect((await load()).report?.counts['gone']).toBe(1)
    expect(await lake.count(CURATED, 'course_id = 5')).toBe(0)
    expect(await lake.count(CURRENT, 'course_id = 5 and deleted_at is not null')).toBe(1)
    lake.control.restore()
    expect((await load()).report?.counts['back again']).toBe(1)
    expect(await lake.count(CURATED, 'course_id = 5')).toBe(5)
    expect(await lake.count(RAW, 'course_id = 5')).toBe(2)
  })

  it('compares a deeply nested document in no time', async () => {
    let deep: unknown = ['leaf']
    for (let level = 0; level < 60; level += 1) deep = [deep, level]
    await load(sending({ ...EXAMPLE, deep }))
    expect((await load(sending({ ...EXAMPLE, deep }))).rowsLoaded).toBe(0)
  })

  it('asks for the named terms instead of the active ones', async () => {
    const end = await load({ parameters: { terms: ['2265', '2265'] } })
    expect(end.report?.counts['terms']).toBe('2265')
    expect((await load({ parameters: { terms: ['spring'] } })).problem).toContain('four digits')
  })
})
