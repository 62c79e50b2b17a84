import { expect, it } from 'vitest'
import type { Status } from '#lib/domain/freshness/status.ts'
import type { Banner } from '#lib/queries/shared/banners.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { headlineOf, standingOf } from './headline-of.ts'

const STOPPED: Banner = { kind: 'worker', since: 1 }
const NEVER: Banner = { kind: 'worker', since: null }
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

it.each<[string, (Status | null)[], Banner[], string]>([
  ['that it starts, before the first worker', ['unknown', 'unknown', null], [NEVER, DEMO], 'Starting: nothing has been looked at yet.'],
  ['how things stand, where a past is known', ['fresh', 'unknown'], [NEVER], '1 of 2 feeds cannot be seen.'],
  ['how things stand, where a worker has stopped', ['unknown'], [STOPPED], '1 of 1 feeds cannot be seen.'],
])('the page in one sentence: %s', (_, statuses, banners, sentence) => {
  expect(headlineOf({ counts: countStatuses(statuses), banners, trouble: { lines: [], total: 0, holding: 0 } })).toEqual([sentence])
})
