import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPauses } from '#lib/commands/windows/close-window.ts'
import type { WindowSubject } from '#lib/commands/windows/matter.ts'
import { openWindow } from '#lib/commands/windows/open-window.ts'
import { planSeries } from '#lib/commands/windows/plan-series.ts'
import { asActor } from '#lib/db/context.ts'
import { person, visitor } from '#lib/domain/access/actor.ts'
import type { Recurrence } from '#lib/domain/time/recurrence.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { getFlowPage } from '#lib/queries/pages/flow-page.ts'
import { getGroupPage } from '#lib/queries/pages/group-page.ts'
import { getMaintenanceForm } from '#lib/queries/pages/maintenance-form.ts'
import { getMaintenancePage } from '#lib/queries/pages/maintenance-page.ts'
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

describe('maintenance that comes again', () => {
  const SUNDAYS: Recurrence = {
    days: { every: 'week', interval: 1, weekdays: [7] },
    from: '02:00',
    to: '04:00',
    firstDay: '2026-11-20',
    lastDay: null,
    zone: 'America/New_York',
  }
  const NEXT = Date.parse('2026-11-29T07:00Z')
  const ada = () => asActor(harness.ctx, person({ id: 'ada', name: 'Ada', role: 'engineer', audience: null }))
  const reader = () => asActor(harness.ctx, visitor())
  const again = (work: { repeats: string | null }[] | undefined) => work?.filter(({ repeats }) => repeats !== null)
  let series = 0

  it('stands with its next time only, and its rule in words, wherever work is told', async () => {
    series = await planSeries(ada(), { subject: { kind: 'group', key: 'records' }, recurrence: SUNDAYS, note: 'Patches' })
    const told = { from: NEXT, repeats: 'Sundays 02:00–04:00', note: 'Patches', isAhead: true, by: null }
    expect(again((await getStatusOverview(harness.ctx)).work)).toMatchObject([told])
    expect(again((await getFeedPage(harness.ctx, 'courses'))?.work)).toMatchObject([{ ...told, by: 'Ada' }])
    const json = JSON.parse((await getStatusJson(harness.ctx))?.json ?? '')
    expect(again(json.work)).toMatchObject([{ repeats: 'Sundays 02:00–04:00', subject: 'group:records', begun: false }])
  })

  it('is told on its own page with when it comes next, and by whom only to those who may order', async () => {
    const told = { id: series, words: 'Sundays 02:00–04:00', next: NEXT, note: 'Patches', subject: { kind: 'group', key: 'records' } }
    expect((await getGroupPage(ada(), 'records'))?.series).toMatchObject([{ ...told, by: 'Ada' }])
    const seen = await getGroupPage(reader(), 'records')
    expect(seen?.series).toMatchObject([{ ...told, by: null }])
    expect(JSON.stringify(seen)).not.toContain('Ada')
    expect((await getFeedPage(ada(), 'courses'))?.series).toEqual([])
  })

  it('is told while it goes on as what it is', async () => {
    await harness.until(new Date(NEXT + 60_000).toISOString())
    expect(again((await getGroupPage(harness.ctx, 'records'))?.work)).toMatchObject([
      { from: NEXT, until: NEXT + 2 * 3_600_000, isAhead: false },
      { from: NEXT + 7 * 86_400_000, isAhead: true },
    ])
  })

  it('has its form filled in as it is, and its windows theirs', async () => {
    expect(await getMaintenanceForm(ada(), { kind: 'series', id: series })).toMatchObject({
      subject: { kind: 'group', key: 'records' },
      draft: { days: 'week', sun: 'on', interval: '1', begins: '02:00', ends: '04:00', first: '2026-11-20', last: '', note: 'Patches' },
    })
    const work = again((await getGroupPage(harness.ctx, 'records'))?.work) as { id: number }[] | undefined
    expect(await getMaintenanceForm(ada(), { kind: 'window', id: work?.[0]?.id ?? 0 })).toMatchObject({
      hasBegun: true,
      draft: { from: '2026-11-29T02:00', to: '2026-11-29T04:00' },
    })
    expect(await getMaintenanceForm(ada(), { kind: 'window', id: 999_999 })).toBeNull()
  })

  it('stands on the page of all work beside what goes on, is planned and was', async () => {
    const page = await getMaintenancePage(ada())
    expect(page.running.find(({ repeats }) => repeats !== null)).toMatchObject({ subject: { key: 'records' }, note: 'Patches', by: 'Ada' })
    expect(page.planned.filter(({ repeats }) => repeats !== null)).toEqual([])
    expect(page.series).toMatchObject([{ id: series, next: NEXT + 7 * 86_400_000 }])
    expect(page.past).toContainEqual(expect.objectContaining({ note: 'New disks', subject: expect.objectContaining({ key: 'terms' }) }))
    expect(page.subjects).toContainEqual({ text: 'group:records', name: expect.any(String) })
  })
})
