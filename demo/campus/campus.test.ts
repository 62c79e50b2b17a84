import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { startCampus } from './campus.ts'
import { termRows } from './courses/terms.ts'

const clock = new FakeClock('2026-11-20T12:00:00Z')

describe('the terms of the campus', () => {
  it.each([
    ['2026-01-02T12:00:00Z', '2257', 'Fall 2025'],
    ['2026-01-20T12:00:00Z', '2263', 'Spring 2026'],
    ['2026-07-01T12:00:00Z', '2265', 'Summer 2026'],
    ['2026-11-20T12:00:00Z', '2267', 'Fall 2026'],
    ['2031-02-01T12:00:00Z', '2313', 'Spring 2031'],
  ])('have one current term per career on %s: %s, with neighbours on both sides', (at, strm, description) => {
    const rows = termRows(Date.parse(at), 12)
    expect(rows.map((row) => row['attr:rownumber'])).toEqual(rows.map((_, index) => index + 1))
    expect(rows.filter((row) => row['CURRENT_IND'] === 'Y')).toHaveLength(3)
    const current = rows.findIndex((row) => row['ACAD_CAREER'] === 'UGRD' && row['CURRENT_IND'] === 'Y')
    expect(rows[current]).toMatchObject({ STRM: strm, DESCR: description, BU_CUR_FUTURE_TERM: 'C' })
    expect(rows[current - 1]).toMatchObject({ ACAD_CAREER: 'UGRD', STRM: rows[current]?.['BU_PAST_TERM_1'] })
    expect(rows[current + 1]).toMatchObject({ ACAD_CAREER: 'UGRD', STRM: rows[current]?.['BU_FUTURE_TERM_1'], BU_CUR_FUTURE_TERM: 'F' })
  })
})

describe('the courses of the campus', () => {
  const ask = async (campus: { courseUrl: string; credentials: { key: string } }, term: string) => {
    const answer = await fetch(`${campus.courseUrl}?term=${term}&csEnv=prd`, { headers: { 'x-api-key': campus.credentials.key } })
    return answer.text()
  }

  it('are the same for the same seed, and others for another', async () => {
    const [one, two, other] = await Promise.all([1, 1, 2].map((seed) => startCampus({ clock, seed, coursesPerTerm: 5 })))
    if (!one || !two || !other) throw new Error('three were started')
    expect(await ask(one, '2267')).toBe(await ask(two, '2267'))
    expect(await ask(one, '2267')).not.toBe(await ask(other, '2267'))
    expect(await ask(one, '1999')).toBe('[]')
    await Promise.all([one, two, other].map((campus) => campus.close()))
  })

  it('come from files of a real catalogue: one per subject and number, sections inside, text as published', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'courses-'))
    const header = 'Year,Term,YearTerm,Subject,Number,Name,Description,CRN,Section,Type,Type Code\n'
    await writeFile(
      join(folder, '2026-su.csv'),
      `${header}2026,Summer,2026-su,ART,101,Line &amp; Form,"One, two",1,A,Online,ONL\n2026,Summer,2026-su,ART,101,Line &amp; Form,"One, two",2,B,Lab,LAB\n`,
    )
    await writeFile(
      join(folder, '2025-wi.csv'),
      `${header}2025,Winter,2025-wi,BIO,7,Cells,,3,A,Online,ONL\n2025,Winter,2025-wi,ART,101,Line &amp; Form,,4,A,Online,ONL\n`,
    )
    const campus = await startCampus({ clock, courses: folder })
    const summer = JSON.parse(await ask(campus, '2265'))
    expect(summer).toMatchObject([
      {
        termDetails: { academicCareer: 'UGRD', term: { code: '2265', description: 'Summer 2026' } },
        courses: [
          {
            department: 'ART',
            number: '101',
            title: 'Line &amp; Form',
            v2: { courseId: '000001', sessionCode: '1' },
            sections: [{ section: 'A', classNumber: '1' }, { section: 'B' }],
          },
        ],
      },
    ])
    expect(JSON.parse(await ask(campus, '2251'))[0].courses.map((course: { v2: { courseId: string } }) => course.v2.courseId)).toEqual([
      '000002',
      '000001',
    ])
    expect(await ask(campus, '2267')).toBe('[]')
    await campus.close()
    await rm(folder, { recursive: true })
  })

  it('can be changed, and made to misbehave, from outside', async () => {
    const campus = await startCampus({ clock, coursesPerTerm: 5 })
    const order = async (body: unknown) => (await fetch(`${campus.url}/control`, { method: 'POST', body: JSON.stringify(body) })).status
    expect(await order({ do: 'change-course', term: '2267', courseId: '000001', fields: { title: 'Rewritten' } })).toBe(200)
    expect(JSON.parse(await ask(campus, '2267'))[0].courses[0].title).toBe('Rewritten')
    expect(await order({ do: 'remove-course', term: '2267', courseId: '000001' })).toBe(200)
    expect(JSON.parse(await ask(campus, '2267'))[0].courses[0].v2.courseId).toBe('000002')
    expect(await order({ do: 'misbehave', system: 'snaplogic', kind: 'empty-answer', times: 1 })).toBe(200)
    expect([await ask(campus, '2267'), (await ask(campus, '2267')).length > 2]).toEqual(['[]', true])
    expect(await order({ do: 'misbehave', system: 'snaplogic', kind: 'unheard-of' })).toBe(400)
    expect(await order({ do: 'restore' })).toBe(200)
    expect(await (await fetch(`${campus.url}/control`)).json()).toEqual({
      misbehaving: {},
      changed: 0,
      requests: { snaplogic: 4 },
    })
    await campus.close()
  })
})

describe('the people of the campus, from outside', () => {
  it('can be changed, sent away, moved and spoiled while it runs', async () => {
    const campus = await startCampus({ clock, coursesPerTerm: 1, peopleCount: 40 })
    const order = async (body: unknown) => {
      const answer = await fetch(`${campus.url}/control`, { method: 'POST', body: JSON.stringify(body) })
      return answer.status === 200 ? Object(await answer.json()).changed : answer.status
    }
    expect(await order({ do: 'change-people', share: 0.1 })).toBe(4)
    expect(await order({ do: 'change-people', count: 1, aspect: 'grades' })).toBe(5)
    expect(await order({ do: 'remove-people', buids: ['U90000040'] })).toBe(6)
    expect(campus.people.find('U90000040')).toBeUndefined()
    expect(await order({ do: 'set-populations', buid: 'U90000001', populations: ['faculty'] })).toBe(7)
    expect(campus.people.populationsOf(0)).toEqual(['faculty'])
    expect(await order({ do: 'change-people', aspect: 'shoes' })).toBe(400)
    expect(await order({ do: 'misbehave', system: 'person-task', kind: 'slow-answer', delayMs: 5, share: 0.5, buid: 'U90000001' })).toBe(7)
    expect(campus.control.faults.take('person-task')).toMatchObject({ kind: 'slow-answer', delayMs: 5, share: 0.5, buid: 'U90000001' })
    expect(await order({ do: 'restore' })).toBe(0)
    await campus.close()
  })
})
