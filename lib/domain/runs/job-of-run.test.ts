import { describe, expect, it } from 'vitest'
import { ASK_EVERY_MS, JOB_LIMIT_MS } from '#lib/domain/orders/job-step.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { CANCEL_LIMIT_MS, cancelAgainAt, cancelInWords, endOfJob, FOLLOW_EVERY_MS, JOB_TIMEOUT_MS, waitsInWords } from './job-of-run.ts'
import type { RunState } from './run.ts'

const NOW = Date.parse('2026-11-30T12:00:00Z')
const ended = NOW - HOUR_MS

describe('a run that is a job of another system', () => {
  it.each([
    ['completed', null, 'completed', null],
    ['partial', null, 'partial', 'A part of it was not done in adf.'],
    ['failed', 'disk full', 'failed', 'disk full'],
    ['failed', null, 'failed', 'It failed in adf, which does not say why.'],
    ['crashed', 'pod was evicted', 'failed', 'pod was evicted'],
    ['missed', null, 'failed', 'It failed in adf, which does not say why.'],
    ['timed-out', null, 'timed-out', 'It took too long in adf and was stopped there.'],
    ['cancelled', null, 'cancelled', 'It was cancelled in adf.'],
    ['cancelled', 'adf no longer lists this run.', 'cancelled', 'adf no longer lists this run.'],
  ] as const)('that %s there with the words %s ends %s', (state, error, ends, problem) => {
    expect(endOfJob({ state, endedAt: ended, error }, 'adf', NOW)).toEqual({ state: ends, at: ended, problem })
  })

  it.each(['scheduled', 'overdue', 'running'] as const)('goes on while it is %s there', (state) => {
    expect(endOfJob({ state, endedAt: null, error: null }, 'adf', NOW)).toBeNull()
  })

  it('has ended by now, whatever the clock of its system shows', () => {
    for (const endedAt of [null, NOW + HOUR_MS]) expect(endOfJob({ state: 'completed', endedAt, error: null }, 'adf', NOW)?.at).toBe(NOW)
  })
})

describe('how often a system is asked', () => {
  it('how a run goes that is followed is a matter of seconds, as for an order', () => {
    expect(FOLLOW_EVERY_MS).toBe(ASK_EVERY_MS)
  })

  it('a run may take as long as an order waits for one, unless its flow says otherwise', () => {
    expect(JOB_TIMEOUT_MS).toBe(JOB_LIMIT_MS)
  })

  it('what it asks for itself counts, but not for longer than it is asked at all', () => {
    expect(cancelAgainAt({ since: NOW, retryAfterMs: 9 * HOUR_MS }, NOW)).toBe(NOW + CANCEL_LIMIT_MS)
    expect(cancelAgainAt({ since: NOW, retryAfterMs: 1 }, NOW)).toBe(NOW + 15 * SECOND_MS)
  })
})

describe('the run there of one that was stopped here', () => {
  const signs = { system: 'adf', cancelSince: NOW, cancelDueAt: NOW, cancelledAt: null, cancelProblem: null }
  it.each([
    [{ cancelSince: null }, null],
    [{}, 'adf is being told to cancel it.'],
    [{ cancelProblem: 'It cannot be reached.' }, 'adf is being told to cancel it. It cannot be reached.'],
    [{ cancelledAt: NOW, cancelDueAt: null }, 'adf has been told to cancel it.'],
    [{ cancelledAt: NOW, cancelDueAt: null, cancelProblem: 'It had ended there already.' }, 'It had ended there already.'],
    [{ cancelDueAt: null, cancelProblem: 'Nobody may.' }, 'It may go on in adf. Nobody may.'],
  ])('%o is said as: %s', (own, words) => expect(cancelInWords({ ...signs, ...own })).toBe(words))

  it('is not said to wait: one that nobody has begun there is, while it is wanted', () => {
    const of = (stateThere: RunState | null, cancelSince: number | null = null) =>
      waitsInWords({ system: 'prefect', stateThere, cancelSince })
    expect([of(null), of('running'), of('completed'), of('scheduled', NOW)]).toEqual([null, null, null, null])
    expect(of('scheduled')).toBe('prefect has not begun it yet.')
    expect(of('overdue')).toBe('prefect says that its time to begin has passed, and nobody there has begun it.')
  })

  it('is asked about again ever more rarely, as its system says, and for an hour at most', () => {
    const again = (ms: number, retryAfterMs?: number) => {
      const at = cancelAgainAt({ since: NOW, retryAfterMs }, NOW + ms)
      return at === null ? null : at - NOW - ms
    }
    expect([0, 60, 300, 3599].map((seconds) => again(seconds * SECOND_MS))).toEqual([
      15 * SECOND_MS,
      30 * SECOND_MS,
      150 * SECOND_MS,
      5 * MINUTE_MS,
    ])
    expect(again(0, 2 * MINUTE_MS)).toBe(2 * MINUTE_MS)
    expect(again(HOUR_MS)).toBeNull()
  })
})
