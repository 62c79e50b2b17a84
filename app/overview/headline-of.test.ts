import { expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { standingOf } from './headline-of.ts'

const STOPPED: Banner = { kind: 'worker', since: 1 }
const DEMO: Banner = { kind: 'demo' }

it.each<[string, (Status | null)[], Banner[], Status | null]>([
  ['the worst of its feeds', ['fresh', 'late', 'unknown'], [], 'late'],
  ['fresh where all are', ['fresh', 'fresh', null], [DEMO], 'fresh'],
  ['never fresh while nobody looks', ['fresh'], [STOPPED], 'unknown'],
  ['as bad as it was while nobody looks', ['fresh', 'stale'], [STOPPED], 'stale'],
  ['none where nothing is judged', [null], [STOPPED], null],
])('the page in one status: %s', (_, statuses, banners, standing) => {
  expect(standingOf({ counts: countStatuses(statuses), banners })).toBe(standing)
})
