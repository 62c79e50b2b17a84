import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { getFeedPage } from '#lib/queries/pages/feed-page.ts'
import { termsCatalogue } from '#lib/testing/catalogues/scenario-catalogue.ts'
import { changesOf, spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { ScenarioHarness } from '#lib/testing/worlds/scenario-harness.ts'

const TABLE = 'lake/term_curated.term_data_by_service'
const TELL = 'tell: { email: { to: a@campus.example, from: b@campus.example, smtp: "${SMTP_URL}" } }'

let harness: ScenarioHarness
beforeEach(async () => {
  harness = await ScenarioHarness.open('2026-11-19T05:50:00Z')
  await harness.declare(termsCatalogue({ more: TELL }))
})
afterEach(() => harness.close())

const feed = () => spansOf(harness.ctx, 'terms', 'feed')
const news = async () => (await changesOf(harness.ctx, 'terms', 'feed')).slice(2)
const told = () =>
  harness.rows(
    "select to_char(at at time zone 'UTC', 'DD HH24:MI') as at, to_status as \"to\" from outbox o join status_change c on c.id = o.change_id order by o.id",
  )

describe('a deadline that passes while the worker is down', () => {
  beforeEach(() => harness.until('2026-11-20T05:00:00Z'))

  it('is dated at the deadline at the restart, and the late run puts it right', async () => {
    await harness.sleepUntil('2026-11-20T09:00:00Z')
    expect((await feed()).slice(-3)).toEqual(['fresh/due 20 06:00–20 06:45', 'late/overdue 20 06:45–20 09:00', 'fresh/idle 20 09:00–'])
    expect(await news()).toEqual(['20 06:45 fresh → late', '20 09:00 late → fresh'])
    expect(await told()).toEqual([
      { at: '20 06:45', to: 'late' },
      { at: '20 09:00', to: 'fresh' },
    ])
  })

  it('is announced once, however often the worker comes and goes', async () => {
    await harness.stopCampus()
    for (const time of ['09:00', '09:01', '10:30']) await harness.sleepUntil(`2026-11-20T${time}:00Z`)
    await harness.until('2026-11-20T12:00:00Z')
    expect((await feed()).slice(-2)).toEqual([
      expect.stringMatching(/^late\/overdue 20 06:45–20 09:0[01]$/),
      expect.stringMatching(/^late\/run-failed 20 09:0[01]–$/),
    ])
    expect(await news()).toEqual(['20 06:45 fresh → late'])
    expect(await told()).toEqual([{ at: '20 06:45', to: 'late' }])
  })

  it('leaves a gap in our sight that stays drawn', async () => {
    await harness.sleepUntil('2026-11-20T14:00:00Z')
    await harness.until('2026-11-21T06:00:00Z')
    const gaps = await harness.rows("select from_at, to_at from blind where reason = 'worker-stopped'")
    expect(gaps).toEqual([{ from_at: new Date('2026-11-20T05:00:00Z'), to_at: new Date('2026-11-20T14:00:00Z') }])
    const day = (await getFeedPage(harness.ctx, 'terms'))?.days.find((one) => one.day === '2026-11-20')
    expect(day).toMatchObject({ blind: 9 * 3600, missed: 0, cameLate: 1, ready: false })
    expect(await spansOf(harness.ctx, 'peoplesoft/BU_TERM_QRY')).toEqual(['fresh/on-time 19 05:50–'])
  })

  it('runs the newest missed tick only; older ones are recorded as missed', async () => {
    await harness.sleepUntil('2026-11-22T09:00:00Z')
    expect(
      await harness.rows("select state, scheduled_for from run where scheduled_for between '2026-11-20' and '2026-11-23' order by 2"),
    ).toEqual([
      { state: 'missed', scheduled_for: new Date('2026-11-20T06:00:00Z') },
      { state: 'missed', scheduled_for: new Date('2026-11-21T06:00:00Z') },
      { state: 'completed', scheduled_for: new Date('2026-11-22T06:00:00Z') },
    ])
    expect((await feed()).slice(-3)).toEqual(['late/overdue 20 06:45–22 06:00', 'stale/overdue 22 06:00–22 09:00', 'fresh/idle 22 09:00–'])
  })
})

describe('an edit of the catalogue', () => {
  it('acts from its load instant, and leaves the past alone', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    const before = await feed()
    await harness.declare(termsCatalogue({ policy: '{ kind: age, lateAfter: 8h, staleAfter: 20h }', more: TELL }))
    await harness.until('2026-11-19T16:00:00Z')
    expect(await feed()).toEqual([...before.slice(0, -1), `${before.at(-1)}19 15:00`, 'late/overdue 19 15:00–'])
    await harness.declare(termsCatalogue({ more: TELL }))
    await harness.until('2026-11-19T17:00:00Z')
    expect((await feed()).slice(-2)).toEqual(['late/overdue 19 15:00–19 16:00', 'fresh/on-time 19 16:00–'])
  })

  it('that removes an asset keeps its history, and its return goes on with it', async () => {
    await harness.until('2026-11-19T15:00:00Z')
    const text = termsCatalogue({ more: TELL })
    await harness.declare(text.replace(/^ *lake\/term_raw.*\n/m, '').replace('from: lake/term_raw.term_data, ', ''))
    await harness.until('2026-11-20T12:00:00Z')
    expect((await spansOf(harness.ctx, 'lake/term_raw.term_data')).at(-1)).toBe('fresh/on-time 19 06:00–19 15:00')
    expect((await getFeedPage(harness.ctx, 'terms'))?.assets.map((asset) => asset.key)).not.toContain('lake/term_raw.term_data')
    await harness.declare(text)
    await harness.until('2026-11-21T12:00:00Z')
    const spans = await spansOf(harness.ctx, 'lake/term_raw.term_data')
    expect(spans[1]).toBe('fresh/on-time 19 06:00–19 15:00')
    expect(spans.at(-1)).toBe('fresh/idle 21 06:00–')
  })
})

describe('two workers on one database', () => {
  it('never double a run, a probe, a change or a message', async () => {
    harness.addWorker()
    await harness.until('2026-11-20T05:00:00Z')
    harness.campus.control.faults.set('peoplesoft', 'empty-answer')
    await harness.until('2026-11-20T08:00:00Z')
    harness.campus.control.faults.clear()
    await harness.until('2026-11-20T12:00:00Z')
    await harness.reload('term')
    expect(await doubled()).toEqual({ runs: [], changes: [], arrivals: [], messages: [], batches: [] })
    expect(await harness.rows('select trigger, state, attempt from run where ended_at is not null order by ended_at')).toEqual([
      { trigger: 'schedule', state: 'completed', attempt: 1 },
      { trigger: 'schedule', state: 'failed', attempt: 1 },
      { trigger: 'manual', state: 'completed', attempt: 1 },
    ])
    const asked = { runs: 3, probes: 8, checks: 2 }
    expect(harness.campus.control.requests('peoplesoft')).toBe(asked.runs + asked.probes + asked.checks)
    expect(await news()).toEqual(['20 06:45 fresh → late', '20 12:00 late → fresh'])
    expect((await told()).length).toBe(2)
  })

  it('come to what one alone comes to', async () => {
    const alone = await ScenarioHarness.open('2026-11-19T05:50:00Z')
    await alone.declare(termsCatalogue({ more: TELL }))
    harness.addWorker()
    for (const one of [alone, harness]) {
      await one.until('2026-11-20T05:00:00Z')
      await one.stopCampus()
      await one.until('2026-11-20T10:00:00Z')
    }
    expect(await spansOf(harness.ctx, TABLE)).toEqual(await spansOf(alone.ctx, TABLE))
    expect(await changesOf(harness.ctx, 'terms', 'feed')).toEqual(await changesOf(alone.ctx, 'terms', 'feed'))
    expect((await stateOf(harness.ctx)).days).toEqual((await stateOf(alone.ctx)).days)
    await alone.close()
  })
})

async function doubled(): Promise<Record<string, object[]>> {
  const more = (table: string, columns: string) => `select ${columns} from ${table} group by ${columns} having count(*) > 1`
  return {
    runs: await harness.rows(more('run', 'flow, scheduled_for, trigger')),
    changes: await harness.rows(more('status_change', 'subject_id, at, from_status, to_status')),
    arrivals: await harness.rows(more('arrival', 'asset_id, clock, at, run_id, kind')),
    messages: await harness.rows(more('outbox', 'channel, change_id')),
    batches: await harness.lake(more('tidemark.load_batch', 'run, task')),
  }
}
