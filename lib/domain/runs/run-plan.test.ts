import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Schedule, ticksBetween } from '#lib/domain/time/cron.ts'
import { MISSED_MAX, planTicks, upstreamTick, waitsForUpstream } from './run-plan.ts'

const at = (text: string) => Date.parse(text)
const daily = (cron: string, zone = 'America/New_York'): Schedule => ({ cron, zone, calendar: null })
const course = daily('0 2 * * *')
const term = daily('0 1 * * *')

describe('the plan of a flow', () => {
  it('expects the next tick of a flow that was never planned, and has missed nothing', () => {
    expect(planTicks(course, null, at('2026-03-02T15:00:00Z'))).toEqual({ missed: [], due: null, next: at('2026-03-03T07:00:00Z') })
  })

  it('changes nothing before the planned tick', () => {
    const planned = at('2026-03-03T07:00:00Z')
    expect(planTicks(course, planned, planned - 1)).toEqual({ missed: [], due: null, next: planned })
  })

  it('runs the planned tick when it comes', () => {
    const planned = at('2026-03-03T07:00:00Z')
    expect(planTicks(course, planned, planned)).toEqual({ missed: [], due: planned, next: at('2026-03-04T07:00:00Z') })
  })

  it('runs the newest missed tick after downtime and records the older ones', () => {
    expect(planTicks(course, at('2026-03-03T07:00:00Z'), at('2026-03-06T12:00:00Z'))).toEqual({
      missed: [at('2026-03-03T07:00:00Z'), at('2026-03-04T07:00:00Z'), at('2026-03-05T07:00:00Z')],
      due: at('2026-03-06T07:00:00Z'),
      next: at('2026-03-07T07:00:00Z'),
    })
  })

  it('records a bounded number of missed ticks, the newest', () => {
    const plan = planTicks(daily('* * * * *', 'UTC'), at('2026-01-01T00:00:00Z'), at('2026-03-01T00:00:30Z'))
    expect(plan.missed).toHaveLength(MISSED_MAX)
    expect(plan.missed.at(-1)).toBe(at('2026-02-28T23:59:00Z'))
    expect(plan.due).toBe(at('2026-03-01T00:00:00Z'))
  })

  it('records a planned instant that the line no longer names', () => {
    const plan = planTicks(course, at('2026-03-03T06:30:00Z'), at('2026-03-03T12:00:00Z'))
    expect(plan).toMatchObject({ missed: [at('2026-03-03T06:30:00Z')], due: at('2026-03-03T07:00:00Z') })
  })
})

describe('nights on which the clocks change', () => {
  const spring = daily('30 2 * * *')
  const autumn = daily('30 1 * * *')

  it('runs a skipped wall time once, shifted by the gap', () => {
    const before = at('2026-03-07T07:30:00Z')
    expect(planTicks(spring, before, before)).toMatchObject({ next: at('2026-03-08T07:30:00Z') })
    expect(planTicks(spring, at('2026-03-08T07:30:00Z'), at('2026-03-08T07:30:00Z'))).toMatchObject({
      missed: [],
      next: at('2026-03-09T06:30:00Z'),
    })
  })

  it('runs a repeated wall time once, at its first occurrence', () => {
    const first = at('2026-11-01T05:30:00Z')
    expect(planTicks(autumn, first, first)).toEqual({ missed: [], due: first, next: at('2026-11-02T06:30:00Z') })
    expect(planTicks(autumn, at('2026-10-31T05:30:00Z'), at('2026-11-01T12:00:00Z'))).toMatchObject({
      missed: [at('2026-10-31T05:30:00Z')],
      due: first,
    })
  })

  it('keeps course after term on both nights', () => {
    expect(upstreamTick(course, term, at('2026-03-08T07:00:00Z'))).toBe(at('2026-03-08T06:00:00Z'))
    expect(upstreamTick(course, term, at('2026-11-01T07:00:00Z'))).toBe(at('2026-11-01T05:00:00Z'))
  })
})

describe('the tick a run comes after', () => {
  it('is the one of the same night', () => {
    expect(upstreamTick(course, term, at('2026-03-03T07:00:00Z'))).toBe(at('2026-03-03T06:00:00Z'))
  })

  it('may lie on the evening before', () => {
    expect(upstreamTick(course, daily('30 23 * * *'), at('2026-03-03T07:00:00Z'))).toBe(at('2026-03-03T04:30:00Z'))
  })

  it('may be the same instant', () => {
    expect(upstreamTick(course, course, at('2026-03-03T07:00:00Z'))).toBe(at('2026-03-03T07:00:00Z'))
  })

  it('is none on nights without the other flow', () => {
    const weekly = daily('0 1 * * 0')
    expect(upstreamTick(course, weekly, at('2026-03-01T07:00:00Z'))).toBe(at('2026-03-01T06:00:00Z'))
    expect(upstreamTick(course, weekly, at('2026-03-02T07:00:00Z'))).toBeNull()
  })

  it('is none when the other flow last ran at the very tick before', () => {
    expect(upstreamTick(course, daily('0 2 * * 0'), at('2026-03-02T07:00:00Z'))).toBeNull()
  })

  it('is the newest of many', () => {
    expect(upstreamTick(course, daily('*/10 * * * *'), at('2026-03-03T07:00:00Z'))).toBe(at('2026-03-03T07:00:00Z'))
  })
})

describe('waiting for another flow', () => {
  const run = (state: Parameters<typeof waitsForUpstream>[1][number]['state'], scheduledFor = 1) => ({ state, scheduledFor })

  it.each(['completed', 'partial'] as const)('ends with a run that %s', (state) => {
    expect(waitsForUpstream('term', [run('failed', 1), run(state, 2)])).toBeNull()
  })

  it.each(['scheduled', 'overdue', 'running', 'crashed'] as const)('goes on while one is %s', (state) => {
    expect(waitsForUpstream('term', [run('failed'), run(state)])).toBe('Waits for the run of term that comes before it.')
  })

  it.each([
    ['failed', 'failed'],
    ['timed-out', 'took too long'],
    ['cancelled', 'was cancelled'],
    ['missed', 'was missed'],
  ] as const)('says that the last one %s', (state, words) => {
    expect(waitsForUpstream('term', [run('failed', 1), run(state, 2)])).toBe(`Waits for a good run of term: the last one ${words}.`)
  })

  it('does not happen for a tick that nobody planned', () => {
    expect(waitsForUpstream('term', [])).toBeNull()
  })
})

describe('planning in steps', () => {
  const lines = fc.constantFrom('0 2 * * *', '30 1 * * *', '15 */4 * * *', '0 1 * * 0', '0 6 1 * *')
  const zones = fc.constantFrom('UTC', 'America/New_York', 'Europe/Berlin')
  const steps = fc.array(fc.integer({ min: 1, max: 40 * 24 }), { minLength: 1, maxLength: 4 })

  it('neither loses a tick nor names one twice, however long nobody planned', () => {
    fc.assert(
      fc.property(lines, zones, steps, (cron, zone, hours) => {
        const schedule = daily(cron, zone)
        const start = at('2026-02-20T00:00:00Z')
        let now = start
        let { next } = planTicks(schedule, null, now)
        const named: number[] = []
        for (const gap of hours) {
          now += gap * 3_600_000
          const plan = planTicks(schedule, next, now)
          named.push(...plan.missed, ...(plan.due === null ? [] : [plan.due]))
          next = plan.next
        }
        expect(named).toEqual(ticksBetween(schedule, start + 1, now + 1))
      }),
    )
  })
})

describe('the last run of another flow', () => {
  it('is the one for the newest tick, in whatever order they come', () => {
    const newest = { state: 'cancelled', scheduledFor: 3 } as const
    const others = [{ state: 'failed', scheduledFor: 1 } as const, { state: 'missed', scheduledFor: 2 } as const]
    const words = 'Waits for a good run of term: the last one was cancelled.'
    expect([waitsForUpstream('term', [newest, ...others]), waitsForUpstream('term', [...others, newest])]).toEqual([words, words])
  })

  it('does not matter when an earlier one was good', () => {
    expect(
      waitsForUpstream('term', [
        { state: 'partial', scheduledFor: 1 },
        { state: 'running', scheduledFor: 2 },
      ]),
    ).toBeNull()
  })
})
