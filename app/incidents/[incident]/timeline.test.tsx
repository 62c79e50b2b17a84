import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { FactEntry } from '#lib/domain/incidents/incident.ts'
import type { IncidentView } from '#lib/queries/incidents/incident.ts'
import { Timeline } from './timeline.tsx'

const feed = (key: string) => ({ key, name: key })
const words = (assetIds: number[]) => {
  const entry: FactEntry = { at: 0, kind: 'opened', roots: ['asset:1'], assetIds, cameFrom: null }
  const members = [
    { id: 1, feed: feed('Order') },
    { id: 2, feed: feed('Revenue') },
  ]
  const causes = new Map([['asset:1', { kind: 'asset', key: 'lake/order', name: 'order' }]])
  const incident = { timeline: [entry], members, causes } as unknown as IncidentView
  return renderToStaticMarkup(<Timeline incident={incident} />).replaceAll(/<[^>]*>/g, '')
}

test('what an incident began with is not held back by itself', () => {
  expect(words([1])).toMatch(/It began with order\.$/)
  expect(words([1, 2])).toMatch(/First held back: Revenue, because of order\.$/)
})
