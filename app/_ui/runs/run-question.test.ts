import { describe, expect, it } from 'vitest'
import { filteredRunsPath } from '#app/_ui/paths.ts'
import { toCursor } from '#lib/queries/api/cursor.ts'
import { parseLogQuestion, parseRejectionsQuestion, parseRunFilter, questionIn } from './run-question.ts'

const ID = '0f0e0d0c-1111-4222-8333-444455556666'

describe('a question in an address', () => {
  it('holds each name once; empty and repeated ones are not asked', () => {
    expect(questionIn({ find: 'x', level: '', flow: ['a', 'b'], state: undefined })).toEqual({ find: 'x' })
  })
})

describe('a question to a log', () => {
  it('is the whole log when nothing is asked', () => {
    expect(parseLogQuestion({})).toEqual({ find: '', level: 'info', before: null, after: null })
  })

  it('names text, level and place', () => {
    expect(parseLogQuestion({ find: 'term', level: 'warn', before: '120' })).toEqual({
      find: 'term',
      level: 'warn',
      before: 120,
      after: null,
    })
  })

  it.each([
    [{ level: 'loud' }, '"level" is one of info, warn, error.'],
    [{ before: '-1' }, '"before" is not the number of a line.'],
    [{ after: '1e3' }, '"after" is not the number of a line.'],
    [{ find: 'x'.repeat(201) }, '"find" is longer than 200 characters.'],
  ])('%j is refused in words', (question, problem) => {
    expect(parseLogQuestion(question)).toEqual({ problem })
  })
})

describe('a question to the list of runs', () => {
  it('names flow, state and place', () => {
    expect(parseRunFilter({})).toEqual({ flow: null, system: null, state: null, before: null })
    expect(parseRunFilter({ system: 'dbt', flow: 'nightly' })).toMatchObject({ system: 'dbt', flow: 'nightly' })
    const job = { system: 'prefect', flow: 'export/hourly', state: null, before: null }
    expect(parseRunFilter({ flow: 'prefect/export/hourly' })).toEqual(job)
    expect(parseRunFilter({ system: 'prefect', flow: 'export/hourly' }), 'with its system it stays as it is').toEqual(job)
    expect(parseRunFilter({ system: 'prefect', flow: 'prefect/export/hourly' }), 'both chosen in the form').toEqual(job)
    const link = new URL(filteredRunsPath({ system: 'prefect', flow: 'prefect/hourly' }), 'http://localhost')
    expect(parseRunFilter(Object.fromEntries(link.searchParams))).toMatchObject({ system: 'prefect', flow: 'prefect/hourly' })
    expect(parseRunFilter({ system: 'etl', flow: 'prefect/export/hourly' })).toMatchObject({ system: 'etl', flow: 'prefect/export/hourly' })
    const before = toCursor(JSON.stringify(['runs', ['ended', true], ['flow', 'term'], ['state', 'timed-out']]), `1763640000000_${ID}`)
    expect(parseRunFilter({ flow: 'term', state: 'timed-out', before })).toEqual({ flow: 'term', system: null, state: 'timed-out', before })
    expect(parseRunFilter({ flow: 'course', state: 'timed-out', before })).toHaveProperty('problem')
    expect(parseRunFilter({ day: '2026-11-20' })).toMatchObject({ day: '2026-11-20' })
    expect(parseRunFilter({ day: '2026-02-30' })).toHaveProperty('problem')
    expect(parseRunFilter({ state: 'problems' })).toMatchObject({ state: 'problems' })
  })

  it('is refused in words when it cannot be understood', () => {
    expect(parseRunFilter({ state: 'good' })).toMatchObject({ problem: expect.stringMatching(/^"state" is one of problems, scheduled/) })
    for (const before of ['yesterday', '12', `1763640000000_${ID}`])
      expect(parseRunFilter({ before })).toEqual({ problem: `“${before}” is no place in the list of runs.` })
  })
})

describe('a question to what was put aside', () => {
  it('is the first page of all rows unless it is understood', () => {
    expect(parseRejectionsQuestion({})).toEqual({ group: null, page: 1 })
    expect(parseRejectionsQuestion({ reason: 'abc', rows: '3' })).toEqual({ group: 'abc', page: 3 })
    expect(parseRejectionsQuestion({ rows: '-3' })).toEqual({ group: null, page: 1 })
  })
})
