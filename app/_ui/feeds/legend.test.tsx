import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { OverviewFeed } from '#lib/queries/pages/status-overview.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { Legend } from './legend.tsx'

const meanings = (...feeds: Pick<OverviewFeed, 'status' | 'reason'>[]) =>
  [
    ...renderToStaticMarkup(
      <Legend counts={countStatuses(feeds.map(({ status }) => status))} groups={[{ feeds: feeds as OverviewFeed[] }]} />,
    ).matchAll(/<b>\d+<\/b><span[^>]*>(.*?)<\/span>/g),
  ].map(([, meaning]) => meaning?.replaceAll('<!-- -->', ''))

test('the legend names broken contracts where one makes a feed so, beside that status', () => {
  expect(meanings({ status: 'late', reason: 'overdue' }).slice(0, 3)).toEqual([
    'arrived as promised',
    'past its limit',
    'far past its limit',
  ])
  expect(meanings({ status: 'late', reason: 'contract-broken' }, { status: 'stale', reason: 'overdue' }).slice(1, 3)).toEqual([
    'past its limit, or contract broken',
    'far past its limit',
  ])
})
