import { expect, test } from 'vitest'
import { fromColumns, toColumns } from './feed-columns.ts'
import type { FeedLineData } from './feed-summary.ts'

const NOW = Date.parse('2026-11-29T12:40:20Z')
const at = (time: string) => Date.parse(`2026-11-29T${time}Z`)

const LINES: FeedLineData[] = [
  {
    key: 'a',
    name: 'A',
    status: 'late',
    owner: 'team',
    updated: at('02:04:00'),
    due: at('03:00:00'),
    since: at('03:00:00'),
    ready: 88,
    readyOf: 89,
  },
  { key: 'b', name: 'B', status: null, owner: 'team', days: '....' },
  {
    key: 'c',
    name: 'C',
    status: 'fresh',
    owner: 'team',
    through: '2026-11-28',
    ran: { id: '7', words: 'Last run failed' },
    ready: 89,
    readyOf: 89,
  },
  { key: 'd', name: 'D', status: 'fresh', owner: 'team', ready: 89, readyOf: 89 },
]

test('lines come out of their columns as they went in', () => {
  expect(fromColumns(JSON.parse(JSON.stringify(toColumns(LINES, NOW))), NOW)).toEqual(LINES)
  expect(fromColumns(toColumns([], NOW), NOW)).toEqual([])
})

test('a value that all feeds of a group share is written once', () => {
  expect(toColumns(LINES, NOW).values).toMatchObject({
    owner: ['team'],
    status: ['late', null, 'fresh'],
    ready: [88, null, 89],
  })
})

test('instants keep their minute, and their side of now', () => {
  const line = (due: number): FeedLineData => ({ key: 'a', name: 'A', status: 'fresh', due })
  const back = ['12:40:10', '12:40:30', '12:41:59', '12:39:59'].map((time) => fromColumns(toColumns([line(at(time))], NOW), NOW)[0]?.due)
  expect(back).toEqual([at('12:40:00'), NOW, at('12:41:00'), at('12:39:00')])
})
