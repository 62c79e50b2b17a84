import { expect, test } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import { firstToTurn } from './first-to-turn.ts'

const asset = (id: number, status: Status | null, since: number, more = {}) => ({
  id,
  feedKey: 'courses',
  promised: false,
  status,
  since,
  ...more,
})
const late = { key: 'courses', status: 'late' as const }
const promised = asset(1, 'late', 200, { promised: true })

test('what turned earlier is the first, within the feed or upstream of it', () => {
  const source = asset(2, 'unknown', 100)
  const term = asset(3, 'stale', 50, { feedKey: 'terms', promised: true })
  expect(firstToTurn(late, [promised, source], [])).toBe(source)
  expect(firstToTurn(late, [promised, source], [term])).toBe(term)
})

test('of two that turned together it is the worse', () => {
  const [unknown, stale] = [asset(2, 'unknown', 100), asset(3, 'stale', 100)]
  expect(firstToTurn(late, [promised, unknown, stale], [])).toBe(stale)
})

test('what is as fresh as what it is made from turned with that, and is not the first', () => {
  const [tile, table] = [asset(2, 'stale', 100, { reason: 'blocked' }), asset(3, 'late', 100, { feedKey: 'terms', reason: 'overdue' })]
  expect(firstToTurn(late, [promised, tile], [table])).toBe(table)
  expect(firstToTurn(late, [promised, tile], [{ ...table, since: 150 }])).toBe(tile)
})

test('the asset the feed is judged by is no cause of itself', () => {
  expect(firstToTurn(late, [promised, asset(2, 'late', 300)], [])).toBeNull()
})

test('nothing is the cause where nothing is wrong', () => {
  const source = asset(2, 'stale', 100)
  for (const status of ['fresh', 'maintenance', null] as const) expect(firstToTurn({ key: 'courses', status }, [source], [])).toBeNull()
  expect(firstToTurn(late, [asset(2, 'fresh', 1), asset(3, null, 1), asset(4, 'maintenance', 1)], [])).toBeNull()
})
