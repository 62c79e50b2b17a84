import { describe, expect, test } from 'vitest'
import { HOUR_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { type Hearsay, hear, type ProbeAnswer } from './second-look.ts'

const AT = Date.parse('2026-03-05T12:00Z')
const nothing: Hearsay = { inForce: null, suspected: null }
const second = (seconds: number) => AT + seconds * SECOND_MS

/** What is believed after these looks, each so many seconds after the beginning. */
function heardOf(looks: readonly [seconds: number, answer: ProbeAnswer][], from: Hearsay = nothing) {
  let known = { ...from, endedAt: null, begunAt: null, lookAgainAt: null } as ReturnType<typeof hear>
  for (const [seconds, answer] of looks) known = hear(known, answer, second(seconds))
  return known
}

describe('an answer that lasts', () => {
  test('is only suspected at first, and calls for a second look 30 to 60 seconds later', () => {
    const known = heardOf([[0, 'gone']])
    expect(known).toMatchObject({ inForce: null, suspected: { reason: 'gone', at: AT }, begunAt: null })
    expect(known.lookAgainAt).toBeGreaterThanOrEqual(second(30))
    expect(known.lookAgainAt).toBeLessThanOrEqual(second(55))
  })

  test('is in force when the second look says the same, dated at the first', () => {
    expect(
      heardOf([
        [0, 'gone'],
        [43, 'gone'],
      ]),
    ).toEqual({ inForce: { reason: 'gone', from: AT }, suspected: null, endedAt: null, begunAt: AT, lookAgainAt: null })
  })

  test('needs two looks that are apart: one that comes too soon is the first once more', () => {
    expect(
      heardOf([
        [0, 'refused'],
        [5, 'refused'],
      ]),
    ).toMatchObject({ inForce: null, suspected: { at: AT }, lookAgainAt: second(40) })
    expect(
      heardOf([
        [0, 'refused'],
        [5, 'refused'],
        [41, 'refused'],
      ]),
    ).toMatchObject({ inForce: { from: AT } })
  })

  test('that the second look does not confirm was never there: a table dropped and made anew alarms nobody', () => {
    expect(
      heardOf([
        [0, 'gone'],
        [43, 'good'],
      ]),
    ).toEqual({ ...nothing, endedAt: null, begunAt: null, lookAgainAt: null })
    expect(
      heardOf([
        [0, 'gone'],
        [43, 'good'],
        [86, 'gone'],
      ]),
    ).toMatchObject({ inForce: null, suspected: { at: second(86) } })
  })

  test('outlives looks that got no answer, each of which is made up for soon', () => {
    const known = heardOf([
      [0, 'gone'],
      [43, 'failed'],
    ])
    expect(known).toMatchObject({ inForce: null, suspected: { at: AT }, lookAgainAt: second(83) })
    expect(hear(known, 'gone', second(84))).toMatchObject({ inForce: { reason: 'gone', from: AT } })
  })

  test('outlives a restart between the two looks, but not an hour in which nobody asked', () => {
    expect(
      heardOf([
        [0, 'gone'],
        [3600, 'gone'],
      ]),
    ).toMatchObject({ inForce: { from: AT } })
    expect(
      heardOf([
        [0, 'gone'],
        [3601, 'gone'],
      ]),
    ).toMatchObject({ inForce: null, suspected: { at: AT + HOUR_MS + SECOND_MS } })
    expect(
      heardOf([
        [0, 'gone'],
        [3601, 'failed'],
      ]),
    ).toEqual({ ...nothing, endedAt: null, begunAt: null, lookAgainAt: null })
  })

  test('of another kind begins anew: dropped, then made again without its permissions', () => {
    const gone = heardOf([
      [0, 'gone'],
      [43, 'gone'],
    ])
    const suspected = hear(gone, 'refused', second(300))
    expect(suspected).toMatchObject({ inForce: { reason: 'gone', from: AT }, suspected: { reason: 'refused', at: second(300) } })
    expect(hear(suspected, 'gone', second(340))).toMatchObject({ inForce: { reason: 'gone', from: AT }, suspected: null, endedAt: null })
    expect(hear(suspected, 'refused', second(340))).toEqual({
      inForce: { reason: 'refused', from: second(300) },
      suspected: null,
      endedAt: second(300),
      begunAt: second(300),
      lookAgainAt: null,
    })
  })

  test('stays in force, without further looks of its own, until the first good look', () => {
    const gone = heardOf([
      [0, 'gone'],
      [43, 'gone'],
    ])
    expect(hear(gone, 'gone', second(300))).toEqual({ ...gone, begunAt: null })
    expect(hear(gone, 'failed', second(300))).toEqual({ ...gone, begunAt: null })
    expect(hear(gone, 'good', second(600))).toEqual({ ...nothing, endedAt: second(600), begunAt: null, lookAgainAt: null })
  })
})
