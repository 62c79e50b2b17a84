import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { at, keyPromise } from '#lib/testing/history/domain-builders.ts'
import { KeySection } from './key-section.tsx'

const words = (coverage: Parameters<typeof KeySection>[0]['coverage']) =>
  renderToStaticMarkup(<KeySection coverage={coverage} />).replaceAll(/<[^>]*>/g, ' ')

test('each key is told with its status and its newest row, a new one as such, and nothing where nothing is promised of keys', () => {
  expect(words(null)).toBe('')
  expect(words({ promise: keyPromise(), keys: [] })).toContain('Nothing has been seen of them yet.')
  const [newestAt, lateAt] = [at('2026-03-01T04:10'), at('2026-03-02T04:10')]
  const told = words({
    promise: keyPromise(),
    keys: [
      { key: 'Sony', status: 'late', newestAt, lateAt, newSince: null },
      { key: 'Epic', status: 'fresh', newestAt, lateAt, newSince: newestAt },
      { key: 'Xbox', status: 'unknown', newestAt, lateAt, newSince: null },
      { key: 'Nobody', status: 'stale', newestAt: null, lateAt, newSince: null },
    ],
  })
  expect(told).toMatch(/Sony\s+Late.*Epic\s+new since.*Fresh.*Xbox\s+Unknown.*Nobody\s+Stale\s+none in 30 d/)
})
