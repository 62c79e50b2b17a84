import { describe, expect, it } from 'vitest'
import { chooseActiveTerms, type TermChoice } from './active-terms.ts'

const NAMES = ['Fall 1', 'Spring 2', 'Summer 3', 'Fall 4', 'Spring 5', 'Summer 6', 'Fall 7']

/** Fall1 < Spring2 < … as the query gives them, ascending or descending. */
function terms(current: number, options: { descending?: boolean; change?: (row: TermChoice) => TermChoice | null } = {}): TermChoice[] {
  const rows = NAMES.map((description, index) => ({
    career: 'UGRD',
    strm: `900${index + 1}`,
    rowNumber: options.descending ? 50 - index : 10 + index,
    description,
    isCurrent: index + 1 === current,
  }))
  return rows.map(options.change ?? ((row) => row)).filter((row) => row !== null)
}

const chosen = (rows: TermChoice[]) =>
  chooseActiveTerms(rows)
    ?.chosen.map((row) => Number(row.strm.slice(-1)))
    .sort()

describe('the active terms', () => {
  it.each([
    [4, [2, 3, 4, 5]],
    [5, [4, 5, 6, 7]],
    [3, [2, 3, 4]],
  ])('around current term %i are %j, whichever way the query sorts', (current, expected) => {
    expect(chosen(terms(current))).toEqual(expected)
    expect(chosen(terms(current, { descending: true }))).toEqual(expected)
  })

  it('do without a neighbour that is not there', () => {
    expect(chosen(terms(7))).toEqual([6, 7].concat(5).sort())
    expect(chosen(terms(1))).toEqual([1, 2, 3])
    expect(chosen(terms(4, { change: (row) => (row.strm === '9005' ? null : row) }))).toEqual([2, 3, 4])
  })

  it('count a neighbour whose description is unknown', () => {
    expect(chosen(terms(4, { change: (row) => (row.strm === '9005' ? { ...row, description: null } : row) }))).toEqual([2, 3, 4, 5])
  })

  it('have no extra term when the current one has no description', () => {
    expect(chosen(terms(4, { change: (row) => (row.isCurrent ? { ...row, description: null } : row) }))).toEqual([3, 4, 5])
  })

  it('are undergraduate terms only', () => {
    expect(chosen(terms(4, { change: (row) => (row.strm === '9005' ? { ...row, career: 'GRAD' } : row) }))).toEqual([2, 3, 4])
  })

  it('are unknown when no term is current, and the latest of several is taken', () => {
    expect(chooseActiveTerms(terms(9))).toBeNull()
    const several = chooseActiveTerms(terms(4, { change: (row) => ({ ...row, isCurrent: row.strm === '9002' || row.isCurrent }) }))
    expect(several?.current.strm).toBe('9004')
    expect(several?.rivals.map((row) => row.strm)).toEqual(['9002'])
  })
})
