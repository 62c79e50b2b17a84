import { describe, expect, it } from 'vitest'
import { columnsInWords, flowsTitle, limitsInWords, scheduleInWords } from './flow-words.ts'

describe('the configuration of a flow in words', () => {
  it.each([
    ['20 4 * * *', 'every day at 04:20, New York time'],
    ['', 'by hand only'],
    [null, 'by hand only'],
  ])('runs on %s "%s"', (cron, words) => {
    expect(scheduleInWords({ cron, zone: 'America/New_York', on: [], debounceMs: 0 })).toBe(words)
  })

  it.each([
    [null, 'when somebody pushes; at most one run at a time, after 2 min of quiet'],
    ['20 4 * * *', 'every day at 04:20, New York time, and when somebody pushes; at most one run at a time, after 2 min of quiet'],
  ])('runs on %s and when somebody pushes: "%s"', (cron, words) => {
    expect(scheduleInWords({ cron, zone: 'America/New_York', on: [{ kind: 'push' }], debounceMs: 120_000 })).toBe(words)
  })

  it.each([
    [3_600_000, 0.01, 'at most 1 h, 1 % of the rows put aside'],
    [null, 0.005, 'at most 0.5 % of the rows put aside'],
    [null, null, ''],
    [90_000, null, 'at most 1 min 30 s'],
  ])('may take %s ms and put %s aside: "%s"', (timeoutMs, rejectTolerance, words) => {
    expect(limitsInWords({ timeoutMs, rejectTolerance })).toBe(words)
  })

  it.each([
    [1, [], '1 flow'],
    [2, ['records'], '2 flows for 1 group'],
    [30, ['records', 'finance'], '30 flows for 2 groups'],
  ])('a list of %i flows for the groups %j is called "%s"', (total, groups, words) => {
    const groupNames = groups.map((key) => ({ key, name: key }))
    expect(flowsTitle({ total, shown: total, groupNames }, { q: null, group: null, health: null })).toBe(words)
  })

  it.each([
    [['a'], 'a'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c, d, e'],
    [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d and 2 more'],
  ])('names the columns %j as "%s"', (columns, words) => {
    expect(columnsInWords(columns)).toBe(words)
  })
})
