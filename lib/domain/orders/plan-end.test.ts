import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { type PlannedWork, planEnd } from './plan-end.ts'

const NOW = Date.parse('2026-11-20T22:00:00Z')
const flow = (more: Partial<PlannedWork> = {}): PlannedWork => ({
  name: 'course',
  durationsMs: [4 * MINUTE_MS],
  ends: [],
  downConnections: [],
  ...more,
})
const failed = (problem: string | null) => ({ state: 'failed' as const, problem })

describe('when an order will have ended', () => {
  it('is after all runs, each as long as usual', () => {
    const term = flow({ name: 'term', durationsMs: [1, 9, 8].map((n) => n * MINUTE_MS) })
    expect(planEnd([term, flow()], NOW)).toEqual({ kind: 'by', at: NOW + 12 * MINUTE_MS, lastsMs: 12 * MINUTE_MS, ifAnswering: [] })
  })

  it('is said with the condition that what does not answer now answers, each once', () => {
    const sap = flow({ downConnections: ['SAP'] })
    expect(planEnd([sap, sap, flow()], NOW)).toMatchObject({ kind: 'by', ifAnswering: ['SAP'] })
  })

  it('counts of a run that goes on only what is left, whatever came before', () => {
    const ends = [failed('no'), failed('no'), failed('no')]
    expect(planEnd([flow({ leftMs: MINUTE_MS, durationsMs: [], ends })], NOW)).toMatchObject({ at: NOW + MINUTE_MS })
  })

  it('is never said from a flow that failed three times in the same way, whatever numbers its words hold', () => {
    const ends = ['Page 3 could not be read.', 'Page 17 could not be read.', 'Page 4 could not be read.'].map(failed)
    expect(planEnd([flow(), flow({ name: 'term', ends })], NOW)).toEqual({
      kind: 'no-date',
      because: 'the last 3 runs of term failed in the same way: Page 3 could not be read.',
    })
    expect(planEnd([flow({ ends: [failed(null), failed(null), failed(null)] })], NOW)).toMatchObject({ kind: 'no-date' })
  })

  it('is never said from one that failed thrice of the same kind at the same step, however it was told', () => {
    const end = (problem: string, place: string, failure = 'refused 401') => ({ ...failed(problem), failure, place })
    const same = [
      end('SAP refused the login.', 'read page 3'),
      end('Not let in by SAP (401).', 'read page 7'),
      end('Refused.', 'read page 7'),
    ]
    expect(planEnd([flow({ ends: same })], NOW)).toMatchObject({ kind: 'no-date' })
    const [first, second] = same as [(typeof same)[0], (typeof same)[0]]
    for (const other of [end('Refused.', 'read page 7', 'unavailable 503'), end('Refused.', 'load'), failed('Refused.')])
      expect(planEnd([flow({ ends: [first, second, other] })], NOW)).toMatchObject({ kind: 'by' })
  })

  it.each([
    ['twice only', [failed('no'), failed('no')]],
    ['in different ways', [failed('no'), failed('nay'), failed('no')]],
    ['and then succeeded', [{ state: 'completed' as const, problem: null }, failed('no'), failed('no')]],
    ['and was cancelled thrice', Array.from({ length: 3 }, () => ({ state: 'cancelled' as const, problem: 'no' }))],
  ])('is said of a flow that failed %s', (_, ends) => {
    expect(planEnd([flow({ ends })], NOW)).toMatchObject({ kind: 'by' })
  })

  it('is not said where a run has never succeeded', () => {
    expect(planEnd([flow(), flow({ name: 'new', durationsMs: [] })], NOW)).toEqual({
      kind: 'no-date',
      because: 'no run of new has succeeded yet, so nobody knows how long one takes',
    })
  })
})
