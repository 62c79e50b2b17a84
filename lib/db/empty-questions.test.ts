import { expect, it, test } from 'vitest'
import { lockReached } from './catalogue/followers.ts'
import type { Sql } from './context.ts'
import { loadArrivals } from './history/arrivals.ts'
import { listEverKnown } from './history/changes.ts'
import { loadKeyReadings } from './history/key-readings.ts'
import { loadSpans } from './history/spans.ts'
import { loadAssetVersions, loadFeedVersions } from './history/versions.ts'
import { getAllOfPage } from './settings.ts'

/** Answers each statement with these rows, and notes it. */
function answering(rows: readonly object[]): { sql: Sql; asked: string[] } {
  const asked: string[] = []
  const query = async (statement: string) => {
    asked.push(statement)
    return { rows, rowCount: rows.length }
  }
  return { sql: { query } as unknown as Sql, asked }
}

test.each([
  ['arrivals', (sql: Sql) => loadArrivals(sql, [])],
  ['readings of keys', (sql: Sql) => loadKeyReadings(sql, [])],
  ['spans', (sql: Sql) => loadSpans(sql, [])],
  ['versions of assets', (sql: Sql) => loadAssetVersions(sql, [])],
  ['versions of feeds', (sql: Sql) => loadFeedVersions(sql, [])],
  ['who was ever known', (sql: Sql) => listEverKnown(sql, [])],
  ['followers', (sql: Sql) => lockReached(sql, [])],
])('%s of nothing are not asked for', async (_what, load) => {
  const { sql, asked } = answering([])
  expect([...(await load(sql))]).toEqual([])
  expect(asked).toEqual([])
})

it('reads page, tell and routing at once, each as it is where nothing was stored of it', async () => {
  const page = { name: 'Data', zone: 'Europe/Berlin', readyBy: '07:00', url: null, demo: false }
  const { sql, asked } = answering([{ key: 'page', value: page }])
  expect(await getAllOfPage(sql)).toEqual({
    page,
    tell: { email: null, webhook: null, heartbeat: null },
    routing: { channels: [], routes: [] },
  })
  expect(asked).toHaveLength(1)
})
