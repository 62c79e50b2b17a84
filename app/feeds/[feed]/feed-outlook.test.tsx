import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { ZoneProvider } from '#app/_ui/zone.tsx'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import type { FeedPage } from '#lib/queries/pages/feed-page.ts'
import { FeedOutlook } from './feed-outlook.tsx'

const NOW = Date.parse('2026-11-20T01:00:00Z')
const feed = { id: 1, key: 'people', name: 'People', status: 'late', since: 0, failedRun: null }
const sap = { of: { kind: 'connection', key: 'sap', name: 'SAP' }, since: NOW - HOUR_MS, isUnknown: false, atRisk: [{ id: 1 }] }
const by = { kind: 'by', at: NOW + 3 * HOUR_MS, tryAt: NOW + 2 * HOUR_MS, isLook: false, ifAnswering: ['SAP'], ifSucceeding: [] }
const wordsOf = (outlook: object, takesActions = false) => {
  const found = {
    feed,
    outlook: { again: null, riskAt: null, lines: [], ...outlook },
    window: { now: NOW },
    takesActions,
  } as unknown as FeedPage
  return renderToStaticMarkup(
    <ZoneProvider zone="UTC" now={NOW} readyBy="08:00">
      <FeedOutlook found={found} />
    </ZoneProvider>,
  ).replaceAll(/<[^>]+>/g, '')
}

it('says when it is good again, else from when on it is at risk and why, else nothing', () => {
  expect(wordsOf({ again: by })).toBe('Next try 03:00, good by about 04:00 if SAP answers.')
  expect(wordsOf({ riskAt: NOW + HOUR_MS, lines: [sap] })).toBe(
    'It is at risk: it will be late from 02:00 if this goes on, because SAP has not answered since 00:00.',
  )
  expect(wordsOf({ riskAt: NOW + HOUR_MS, lines: [{ ...sap, atRisk: [{ id: 2 }] }] })).toBe('')
  expect(wordsOf({})).toBe('')
})

it('names whom to ask where there is no date and nothing below does', () => {
  const again = { kind: 'no-date', because: 'nothing loads it', ask: 'a@b.example' }
  expect(wordsOf({ again }, true)).toBe('Nobody can say when it is good again: nothing loads it. Ask a@b.example.')
  expect(wordsOf({ again })).toBe('Nobody can say when it is good again: nothing loads it.')
})
