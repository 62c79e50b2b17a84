import { describe, expect, it } from 'vitest'
import { parsePseudoJson } from '#demo/campus/snaplogic/person-task.ts'
import { parseJson } from '#lib/domain/values/json.ts'
import { toPseudoJson } from './read-people.ts'

describe('the rows of people as the person task reads them', () => {
  it('have bare keys, quoted values and no blanks', () => {
    expect(toPseudoJson([])).toBe('[]')
    expect(toPseudoJson([{ 'attr:rownumber': 1, CAMPUS_ID: 'U90000001', ACAD_CAREER: 'UGRD', STRM: 2267 }, { BUID: 'U90000003' }])).toBe(
      '[{BUID:"U90000001",ACAD_CAREER:"UGRD",STRM:"2267"},{BUID:"U90000003"}]',
    )
  })

  it('keep every column, and say of one without a value what the pipeline has always been told', () => {
    expect(toPseudoJson([{ BUID: 'U90000001', ACAD_CAREER: null, STRM: '', ACTIVE: true }])).toBe(
      '[{BUID:"U90000001",ACAD_CAREER:"None",STRM:"",ACTIVE:"True"}]',
    )
  })

  it('lose no digit of a long number', () => {
    expect(toPseudoJson([{ BUID: 'U90000001', UNITS: parseJson('12345678901234567890') }])).toBe(
      '[{BUID:"U90000001",UNITS:"12345678901234567890"}]',
    )
  })

  it('name the person first, wherever the column stands', () => {
    expect(toPseudoJson([{ STRM: '2267', BUID: 'U90000001' }])).toBe('[{BUID:"U90000001",STRM:"2267"}]')
  })

  it.each([
    ['a quote', { BUID: 'U90000001', STRM: '22"67' }],
    ['a backslash', { BUID: 'U90000001', STRM: '22\\67' }],
    ['the end of a row', { BUID: 'U90000001"},{BUID:"U90000002' }],
    ['a line break', { BUID: 'U90000001', STRM: '22\n67' }],
    ['a null character', { BUID: 'U90000001', STRM: '22\u000067' }],
    ['a line separator', { BUID: 'U90000001', STRM: '22\u202867' }],
    ['a list', { BUID: 'U90000001', STRM: ['2267'] }],
    ['a column that is no plain name', { BUID: 'U90000001', 'A.STRM:"x",B': '2267' }],
    ['nobody', { ACAD_CAREER: 'UGRD' }],
    ['an empty id', { BUID: '' }],
  ])('are refused with %s, in words that name nobody', (_what, row) => {
    const attempt = () => toPseudoJson([{ BUID: 'U90000009' }, row])
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid' }))
    expect(attempt).not.toThrow(/U9\d{7}/)
  })

  it('come to the pipeline as they were', () => {
    const rows = [{ BUID: 'U90000001', ACAD_CAREER: 'UGRD', STRM: '2267' }, { BUID: "O'Neil, Zoë (x)=1" }, { BUID: 'a:b{c}' }]
    expect(parsePseudoJson(toPseudoJson(rows))).toEqual(rows)
    for (const text of ['', '{}', '[{"BUID":"U1"}]', '[{BUID:U1}]', '[{BUID:"a\\"b"}]']) expect(parsePseudoJson(text)).toBeUndefined()
  })
})
