import { describe, expect, it } from 'vitest'
import { hasOnlyTermCodes } from './person-row.ts'

const semester = (code: unknown) => ({ studentSemesterInfo: { academicTerm: { term: { code } } } })
const document = (studentSemester: unknown) => JSON.parse(JSON.stringify({ personid: 'U1', studentInfo: { studentSemester } }))

describe('the semesters of a document', () => {
  it.each([
    ['codes of four digits', [semester('2267'), semester(2265)]],
    ['one semester instead of a list', semester('2267')],
    ['a list at every step', [{ studentSemesterInfo: [{ academicTerm: [{ term: [{ code: '2267' }] }] }] }]],
    ['no code', [semester(null), semester(''), {}, { studentSemesterInfo: 'none' }]],
    ['no semesters', []],
  ])('may have %s', (_words, semesters) => {
    expect(hasOnlyTermCodes(document(semesters))).toBe(true)
  })

  it.each([
    ['of six digits', [semester('2267'), semester('226799')]],
    ['in words', semester('Fall 2026')],
    ['that is an object', semester({ is: '2267' })],
    ['of six digits in a list within a list', [[{ studentSemesterInfo: [{ academicTerm: { term: [{ code: '226799' }] } }] }]]],
  ])('have no code %s', (_words, semesters) => {
    expect(hasOnlyTermCodes(document(semesters))).toBe(false)
  })

  it('are not looked for where there are none', () => {
    expect(hasOnlyTermCodes({ personid: 'U1' })).toBe(true)
    expect(hasOnlyTermCodes(null)).toBe(true)
  })
})
