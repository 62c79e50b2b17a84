import { describe, expect, it } from 'vitest'
import { previousTick } from '#lib/domain/time/cron.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FAULTS } from './faults.ts'
import { type ReplayedFlow, replayRuns } from './replay-runs.ts'
import { CAMPUS_ZONE } from './stretch.ts'

const FIRST_START = Date.parse('2026-11-20T17:00:00Z')
const ALL = { from: FIRST_START - 92 * DAY_MS, to: FIRST_START, firstStart: FIRST_START }
const WEEK = { ...ALL, from: FIRST_START - 7 * DAY_MS }

function flow(name: string, cron: string, more: Partial<ReplayedFlow> = {}): ReplayedFlow {
  return { name, schedule: { cron, zone: CAMPUS_ZONE, calendar: null }, after: [], timeoutMs: HOUR_MS, ...more }
}

const text = (at: number | null) => (at === null ? null : new Date(at).toISOString().slice(0, 16))

describe('the past runs of a flow', () => {
  it('are one for each of its ticks, and the same whenever they are made', () => {
    const { runs, leftToWorker } = replayRuns([flow('some-nightly', '0 4 * * *')], WEEK, null)
    expect(runs.map((run) => text(run.scheduledFor))).toEqual(
      ['14', '15', '16', '17', '18', '19', '20'].map((day) => `2026-11-${day}T09:00`),
    )
    expect(
      runs.every((run) => run.state === 'completed' && (run.startedAt ?? 0) > run.scheduledFor && run.endedAt > (run.startedAt ?? 0)),
    ).toBe(true)
    expect(leftToWorker.size).toBe(0)
    expect(replayRuns([flow('some-nightly', '0 4 * * *')], WEEK, null).runs).toEqual(runs)
  })

  it('do not change when the stretch is made in two pieces', () => {
    const flows = [flow('some-hourly', '10 * * * *'), flow('some-nightly', '0 4 * * *')]
    const middle = FIRST_START - 3 * DAY_MS
    const parts = [
      { ...WEEK, to: middle },
      { ...WEEK, from: middle },
    ].flatMap((stretch) => replayRuns(flows, stretch, null).runs)
    const key = (run: { flow: string; scheduledFor: number }) => `${run.flow} ${run.scheduledFor}`
    const withoutPlan = (runs: typeof parts) => runs.map((run) => ({ ...run, createdAt: 0 })).sort((a, b) => (key(a) < key(b) ? -1 : 1))
    expect(withoutPlan(parts)).toEqual(withoutPlan(replayRuns(flows, WEEK, null).runs))
  })

  it('never overlap, whatever happens to them', () => {
    const flows = [...new Set(FAULTS.map((fault) => fault.flow))].map((name) => flow(name, '5 * * * *', { timeoutMs: 4 * HOUR_MS }))
    const { runs } = replayRuns(flows, ALL, null)
    const begun = runs.filter((run) => run.startedAt !== null).sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
    const overlaps = [...Map.groupBy(begun, (run) => run.flow).values()].flatMap((own) =>
      own.filter((run, position) => (run.startedAt ?? 0) <= (own[position - 1]?.endedAt ?? 0)),
    )
    expect(begun.length).toBeGreaterThan(10_000)
    expect(overlaps).toEqual([])
  })

  it('leave to the worker what would not be over by now', () => {
    const { runs, leftToWorker } = replayRuns([flow('some-nightly', '59 11 * * *')], { ...WEEK, to: FIRST_START - MINUTE_MS + 1000 }, null)
    expect(runs).toHaveLength(6)
    expect(text(leftToWorker.get('some-nightly') ?? null)).toBe('2026-11-20T16:59')
  })
})

describe('a flow that comes after another', () => {
  it('begins when that one has ended well', () => {
    const upstream = flow('course', '0 4 * * *')
    const { runs } = replayRuns([flow('reader', '0 4 * * *', { after: ['course'] }), upstream], WEEK, null)
    for (const run of runs.filter((one) => one.flow === 'reader')) {
      const before = runs.find((one) => one.flow === 'course' && one.scheduledFor === run.scheduledFor)
      expect(run.startedAt).toBeGreaterThan(before?.endedAt ?? Number.POSITIVE_INFINITY)
    }
  })

  it('gives up after its timeout when the other fails, and begins late when somebody mends that in time', () => {
    const mended = FAULTS.find((fault) => fault.ends === 'failed' && fault.again !== undefined && fault.days[0] === fault.days[1])
    if (mended === undefined) throw new Error('no fault was repaired')
    const flows = (timeoutMs: number) => [flow(mended.flow, '0 1 * * *'), flow('reader', '0 2 * * *', { after: [mended.flow], timeoutMs })]
    const day = FIRST_START - mended.days[0] * DAY_MS
    const own = (timeoutMs: number) => {
      const at = previousTick({ cron: '0 2 * * *', zone: CAMPUS_ZONE, calendar: null }, day)
      return replayRuns(flows(timeoutMs), ALL, null).runs.find((run) => run.flow === 'reader' && run.scheduledFor === at)
    }
    expect(own(HOUR_MS)).toMatchObject({
      state: 'failed',
      startedAt: null,
      problem: expect.stringContaining(`It waited for a good run of ${mended.flow}`),
    })
    const patient = own(23 * HOUR_MS)
    expect(patient?.state).toBe('completed')
    expect((patient?.startedAt ?? 0) - (patient?.scheduledFor ?? 0)).toBeGreaterThan(2 * HOUR_MS)
  })
})

describe('a night without a worker', () => {
  it('leaves the newest tick for the morning and the others missed', () => {
    const night = { from: Date.parse('2026-11-18T05:20:00Z'), to: Date.parse('2026-11-18T11:30:00Z') }
    const { runs } = replayRuns([flow('some-two-hourly', '0 */2 * * *')], WEEK, night)
    const own = runs.filter((run) => run.scheduledFor >= night.from && run.scheduledFor < night.to)
    expect(own.map((run) => [text(run.scheduledFor), run.state, text(run.startedAt)])).toEqual([
      ['2026-11-18T07:00', 'missed', null],
      ['2026-11-18T09:00', 'missed', null],
      ['2026-11-18T11:00', 'completed', '2026-11-18T11:30'],
    ])
  })
})

describe('planned faults', () => {
  it('happen on their days and to their flows only', () => {
    const flows = [...new Set(FAULTS.map((fault) => fault.flow))].map((name) => flow(name, '0 4 * * *'))
    const { runs } = replayRuns([...flows, flow('lucky', '0 4 * * *')], ALL, null)
    expect(runs.filter((run) => run.flow === 'lucky' && run.state !== 'completed')).toEqual([])
    for (const fault of FAULTS) {
      const own = runs.filter((run) => run.flow === fault.flow && run.trigger === 'schedule')
      const state = fault.ends === 'slow' ? 'completed' : fault.ends
      const days = own.filter((run) => {
        const before = Math.round((FIRST_START - 8 * HOUR_MS - run.scheduledFor) / DAY_MS)
        return before <= fault.days[0] && before >= fault.days[1]
      })
      expect(days.length, fault.flow).toBeGreaterThan(0)
      expect(new Set(days.map((run) => run.state)), fault.flow).toEqual(new Set([state]))
    }
  })

  it('leave a run that somebody asked for behind when it was mended', () => {
    const { runs } = replayRuns([flow('term', '0 1 * * *')], ALL, null)
    const again = runs.filter((run) => run.trigger === 'manual')
    expect(again.length).toBeGreaterThan(0)
    for (const run of again) expect(run).toMatchObject({ state: 'completed', requestedBy: expect.stringMatching(/@riverside\.example$/) })
  })
})
