import { describe, expect, it } from 'vitest'
import type { LogLine } from '#lib/queries/runs/run-rows.ts'
import { grownLog, LINES_KEPT, piecesOf } from './grown-log.ts'

const line = (id: number): LogLine => ({ id, attempt: 1, at: id, level: 'info', message: `line ${id}` })
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => line(from + i))

describe('a log that grows', () => {
  it('takes what is new, once', () => {
    const grown = grownLog({ lines: lines(1, 3), matching: 3, more: false }, lines(2, 5))
    expect(grown).toEqual({ lines: lines(1, 5), matching: 5, more: false })
  })

  it('begins with what comes first', () => {
    expect(grownLog({ lines: [], matching: 0, more: false }, lines(7, 8))).toEqual({ lines: lines(7, 8), matching: 2, more: false })
  })

  it('keeps a bounded number of lines and says that there are more', () => {
    const grown = grownLog({ lines: lines(1, LINES_KEPT), matching: LINES_KEPT, more: false }, [line(LINES_KEPT + 1)])
    expect([grown.lines.length, grown.lines[0]?.id, grown.more, grown.matching]).toEqual([LINES_KEPT, 2, true, LINES_KEPT + 1])
  })
})

describe('matches in a line', () => {
  it.each([
    ['Term 2267 of term 2271', 'term', ['', 'Term', ' 2267 of ', 'term', ' 2271']],
    ['no match', 'x', ['no match']],
    ['everything', '', ['everything']],
    ['a.b', '.', ['a', '.', 'b']],
    ['aaa', 'aa', ['', 'aa', 'a']],
    ['İstanbul', 'stan', ['İstanbul']],
  ])('%s searched for %s', (text, find, pieces) => {
    expect(piecesOf(text, find)).toEqual(pieces)
    expect(pieces.join('')).toBe(text)
  })
})
