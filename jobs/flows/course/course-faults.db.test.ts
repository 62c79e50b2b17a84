import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import course from '#jobs/flows/course.ts'
import { type LakeWithCampus, lakeWithCampus, type RunOptions } from '#lib/testing/runs/lake-runs.ts'

let lake: LakeWithCampus
const CURRENT = 'course_xform.current_course_data'
const PER_TERM = 40

beforeAll(async () => {
  lake = await lakeWithCampus({ coursesPerTerm: PER_TERM })
})
afterAll(() => lake.close())

beforeEach(async () => {
  lake.control.faults.clear()
  lake.control.restore()
  if ((await lake.rows<{ there: string | null }>(`select to_regclass('${CURRENT}') as there`))[0]?.there) {
    await lake.rows(`truncate ${CURRENT}, course_raw.course_data, course_curated.course_data_by_service`)
  }
  await load()
})

const load = (options: RunOptions = {}) => lake.run('course', course, { parameters: { terms: ['2267'] }, ...options })

async function everything(): Promise<unknown> {
  return [
    await lake.rows('select * from course_raw.course_data order by 1, 2, 3, 4, version'),
    await lake.rows(`select to_jsonb(c) - 'last_seen_at' - 'last_seen_run' as row from ${CURRENT} c order by 1`),
    await lake.rows('select * from course_curated.course_data_by_service order by 1, 2, 3, 4, 5'),
  ]
}

const FAILURES = [
  ['an empty answer', 'empty-answer', 'is empty, although the lake holds 40 courses'],
  ['an error document inside the array', 'error-document', 'reports an error instead of courses (503)'],
  ['a 401', 'unauthorized', 'refused the credentials (HTTP 401)'],
  ['a 429', 'too-many-requests', 'come back later'],
  ['a server error', 'server-error', 'error of its own'],
  ['a web page', 'html-page', 'a web page'],
  ['a redirect to another host', 'redirect-elsewhere', 'sent us elsewhere'],
  ['a connection cut in the middle', 'cut-body', 'in the middle of its answer'],
  ['a server that hangs up', 'down', 'broke the connection'],
] as const

describe('the course flow fails in clear words, and the lake keeps its good state, after', () => {
  it.each(FAILURES)('%s', async (_what, fault, words) => {
    const before = await everything()
    lake.control.removeCourse('2267', '000003')
    lake.control.faults.set('snaplogic', fault)
    const end = await load()
    expect(end.state).toBe('failed')
    expect(end.problem).toContain(words)
    expect(end.problem).not.toMatch(/pretend-campus|http:/)
    expect(await everything()).toEqual(before)
  })

  it.each(['too-many-requests', 'server-error', 'cut-body', 'down'] as const)('but a passing %s is only a retry', async (fault) => {
    lake.control.faults.set('snaplogic', fault, { times: 2 })
    expect(await load()).toMatchObject({ state: 'completed', rowsLoaded: 0 })
  })
})

describe('the course flow is partial, never complete, after', () => {
  it('half the courses: they are kept, and the run says why', async () => {
    const before = await everything()
    lake.control.faults.set('snaplogic', 'half-the-rows')
    const end = await load()
    expect(end).toMatchObject({
      state: 'partial',
      problem: 'Term 2267: 20 courses are no longer in the answer, too many to be true; they are kept.',
    })
    expect(await everything()).toEqual(before)
  })

  it('one term that failed; the others are loaded and its name stands in the words', async () => {
    lake.control.faults.set('snaplogic', 'unauthorized', { times: 1 })
    const end = await load({ parameters: { terms: ['2263', '2265', '2273'] } })
    expect(end.state).toBe('partial')
    expect(end.problem).toMatch(/^Term 22\d\d could not be loaded: SnapLogic \(snaplogic\) refused the credentials/)
    expect(await lake.count(CURRENT, 'term_code <> 2267')).toBe(2 * PER_TERM)
  })

  const ROWS = [
    ['a session code that is too long', 'long-session-code', 'sessionCode is not text of at most 3 characters', 2],
    ['a course id too large for an integer', 'integer-overflow', 'courseId is missing, not a whole number, or too large', 2],
    ['null where an object should be', 'null-objects', 'courseId is missing, not a whole number, or too large', 3],
  ] as const
  it.each(ROWS)('%s: that row is put aside with its reason, its batch is loaded', async (_what, fault, reason, refused) => {
    await lake.rows(`truncate ${CURRENT}, course_raw.course_data, course_curated.course_data_by_service`)
    lake.control.faults.set('snaplogic', fault)
    const end = await load()
    expect(end.state).toBe('partial')
    expect(end.ledger.rejections).toHaveLength(refused)
    expect(end.ledger.rejections[0]).toMatchObject({ task: 'term 2267', key: '2267 element 1', reason })
    expect(await lake.count(CURRENT)).toBe(PER_TERM - 2)
  })

  it('a row only the database refuses; its batch is halved until that row is left', async () => {
    await lake.rows(`alter table course_raw.course_data add constraint no_seven check (course_id <> 7) not valid`)
    await lake.rows(`truncate ${CURRENT}, course_raw.course_data, course_curated.course_data_by_service`)
    const end = await load()
    await lake.rows('alter table course_raw.course_data drop constraint no_seven')
    expect(end.state).toBe('partial')
    expect(end.ledger.rejections).toMatchObject([{ key: '["UGRD",2267,7,"1"]', reason: 'the lake refuses it (SQLSTATE 23514)' }])
    expect(await lake.count(CURRENT)).toBe(PER_TERM - 1)
  })
})

describe('the course flow takes in its stride', () => {
  it('a NUL in a text, which is taken out', async () => {
    lake.control.faults.set('snaplogic', 'null-character')
    const end = await load()
    expect(end.state).toBe('completed')
    expect(end.ledger.entries.map((entry) => entry.message)).toContain(
      'Term 2267: characters that cannot be stored were taken out of 2 courses.',
    )
    expect(await lake.count(CURRENT)).toBe(PER_TERM)
  })

  it('empty objects, which are dropped and counted, and while there are any no unseen course is deleted', async () => {
    lake.control.removeCourse('2267', '000003')
    lake.control.faults.set('snaplogic', 'empty-objects')
    const end = await load()
    expect(end).toMatchObject({ state: 'completed', report: { counts: { 'empty objects': 3, gone: 0 } } })
    lake.control.faults.clear()
    expect((await load()).report?.counts['gone']).toBe(1)
  })

  it('but lets a course go that nobody has seen for a week', async () => {
    lake.control.removeCourse('2267', '000003')
    lake.control.faults.set('snaplogic', 'empty-objects')
    lake.clock.set('2026-11-28T07:00:00Z')
    expect((await load()).report?.counts['gone']).toBe(1)
    lake.clock.set('2026-11-20T07:00:00Z')
  })

  it('courses that come twice: the same one is kept every night', async () => {
    lake.control.faults.set('snaplogic', 'duplicate-courses')
    expect(await load()).toMatchObject({ state: 'completed', rowsLoaded: 0, report: { counts: { duplicates: 4 } } })
    expect(await lake.count('course_raw.course_data')).toBe(PER_TERM)
  })

  it('a term without courses beside one that has some, with a warning', async () => {
    const end = await load({ parameters: { terms: ['2267', '1111'] } })
    expect(end.state).toBe('completed')
    expect(end.ledger.entries.map((entry) => entry.message)).toContain('SnapLogic has no course for term 1111.')
  })
})

describe('the course flow never calls nothing a success', () => {
  it('no active term is a failure with a remedy', async () => {
    expect(await lake.run('course', course)).toMatchObject({ state: 'failed', problem: expect.stringContaining('Run the term flow first') })
  })

  it('all terms failed is a failure', async () => {
    lake.control.faults.set('snaplogic', 'unauthorized')
    expect(await load({ parameters: { terms: ['2263', '2265'] } })).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('None of the 2 terms'),
    })
  })

  it('only empty terms is a failure', async () => {
    expect(await load({ parameters: { terms: ['1111', '1112'] } })).toMatchObject({
      state: 'failed',
      problem: expect.stringContaining('no course for any'),
    })
  })
})
