import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPauses } from '#lib/commands/windows/close-window.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { getGroupPage } from '#lib/queries/pages/group-page.ts'
import { getStatusJson } from '#lib/queries/pages/status-json.ts'
import { getStatusOverview } from '#lib/queries/pages/status-overview.ts'
import { coursesCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const ASSET = 'lake/course_curated.course_data_by_service'
let harness: ScenarioHarness
let pausedAt = 0
beforeAll(async () => {
  harness = await ScenarioHarness.open('2026-11-19T12:00:00Z')
  await harness.declare(coursesCatalogue())
  await harness.reload('term')
  await harness.reload('course')
  await harness.stopCampus()
  pausedAt = harness.clock.now()
  await pause({ kind: 'feed', key: 'courses' }, 'The source moves house')
  await pause({ kind: 'flow', key: 'term' }, null)
  await pause({ kind: 'group', key: 'records' }, 'Next week', Date.parse('2026-11-24T12:00Z'))
  await harness.until('2026-11-20T12:00:00Z')
})
afterAll(() => harness.close())

const pause = (subject: WindowSubject, note: string | null, from = harness.clock.now()) =>
  openWindow(harness.ctx, { subject, kind: 'paused', from, to: null, note })

const announce = (subject: WindowSubject, from: number, to: number) =>
  openWindow(harness.ctx, { subject, kind: 'maintenance', from, to, note: 'New disks' })

const COURSES_HIDDEN = { key: 'courses', name: 'Courses', status: 'late', since: Date.parse('2026-11-20T08:00Z') }
const OF_FEED = {
  kind: 'paused',
  subject: { kind: 'feed', key: 'courses', name: 'Courses' },
  from: expect.any(Number),
  until: null,
  note: 'The source moves house',
  isAhead: false,
  hides: [COURSES_HIDDEN],
}
const OF_FLOW = { subject: { kind: 'flow', key: 'term' }, isAhead: false, hides: [] }
const OF_GROUP = { subject: { kind: 'group', key: 'records' }, isAhead: true, note: 'Next week', hides: [] }

describe('a pause', () => {
  it('stands on its feed, with its note, how long, and what it hides', async () => {
    const page = await getFeedPage(harness.ctx, 'courses')
    expect(page?.feed).toMatchObject({ status: 'maintenance', since: COURSES_HIDDEN.since })
    expect(page?.work).toMatchObject([OF_FEED, OF_GROUP])
    expect(page?.work[0]?.from).toBe(pausedAt)
  })

  it('of a flow stands on the feeds that it writes, whose deadlines go on counting', async () => {
    const page = await getFeedPage(harness.ctx, 'terms')
    expect(page?.feed).toMatchObject({ status: 'late', reason: 'overdue', nextRunAt: null })
    expect(page?.work).toMatchObject([OF_FLOW, OF_GROUP])
    expect((await getFlowPage(harness.ctx, 'term'))?.card).toMatchObject({
      rest: { since: pausedAt, until: null, note: null },
      paused: { kind: 'paused', note: 'Next week', isAhead: true },
      health: 'paused',
      nextRunAt: null,
    })
  })

  it('stands on its group, on its assets, in the overview and in the JSON', async () => {
    expect((await getGroupPage(harness.ctx, 'records'))?.work).toMatchObject([OF_FEED, OF_FLOW, OF_GROUP])
    expect((await getAssetPage(harness.ctx, ASSET))?.work).toMatchObject([OF_FEED, OF_GROUP])
    expect((await getStatusOverview(harness.ctx)).work).toMatchObject([OF_FEED, OF_FLOW, OF_GROUP])
    const json: { work: { id: number; subject: string }[]; feeds: { key: string; work: number[] }[] } = JSON.parse(
      (await getStatusJson(harness.ctx))?.json ?? '',
    )
    expect(json.work).toMatchObject([
      {
        subject: 'feed:courses',
        from: new Date(pausedAt).toISOString(),
        until: null,
        note: 'The source moves house',
        begun: true,
        hides: [{ feed: 'courses', status: 'late', since: '2026-11-20T08:00:00.000Z' }],
      },
      { subject: 'flow:term', begun: true, hides: [] },
      { subject: 'group:records', begun: false },
    ])
    expect(json.feeds.find(({ key }) => key === 'terms')?.work).toEqual([json.work[1]?.id, json.work[2]?.id])
  })
})

describe('announced maintenance', () => {
  const BEGINS = Date.parse('2026-11-25T12:00Z')
  const ENDS = Date.parse('2026-11-25T16:00Z')
  const TOLD = { kind: 'maintenance', note: 'New disks', until: ENDS }

  it('stands on feed, group, asset, overview, JSON and the card of its flow before it begins and while it lasts', async () => {
    await endPauses(harness.ctx, { kind: 'group', key: 'records', name: 'Records' })
    await announce({ kind: 'feed', key: 'terms' }, BEGINS, ENDS)
    for (const isAhead of [true, false]) {
      const told = { ...TOLD, from: BEGINS, isAhead }
      for (const page of [getFeedPage(harness.ctx, 'terms'), getGroupPage(harness.ctx, 'records'), getStatusOverview(harness.ctx)])
        expect((await page)?.work).toContainEqual(expect.objectContaining(told))
      const json = JSON.parse((await getStatusJson(harness.ctx))?.json ?? '')
      expect(json.work).toContainEqual(expect.objectContaining({ kind: 'maintenance', subject: 'feed:terms', begun: !isAhead }))
      expect((await getFlowPage(harness.ctx, 'term'))?.card.paused).toEqual({ ...TOLD, since: BEGINS, isAhead })
      await harness.until(new Date(BEGINS + 60_000).toISOString())
    }
  })
})
