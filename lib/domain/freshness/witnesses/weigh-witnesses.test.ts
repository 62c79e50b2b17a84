import { describe, expect, test } from 'vitest'
import { clockHistory } from '#lib/domain/freshness/clock-history.ts'
import type { Arrival } from '#lib/domain/freshness/facts.ts'
import { arrival, at, correction, iso } from '#lib/testing/history/domain-builders.ts'
import { weighWitnesses } from './weigh-witnesses.ts'
import { connectionWitness } from './witness.ts'

const LAKE = connectionWitness('lake')
const DBT = connectionWitness('dbt')

/** A run of ours that ended then. */
const told = (value: string, own: Partial<Arrival> = {}) =>
  arrival('writtenAt', value, { witness: 'ledger', happenedAt: at(value), ...own })
/** A look at that instant that found that value. */
const seen = (lookedAt: string, value: string | null, own: Partial<Arrival> = {}) =>
  arrival('writtenAt', value, { recordedAt: at(lookedAt), witness: LAKE, happenedAt: at(lookedAt), ...own })
const foundGone = (lookedAt: string, value: string | null, own: Partial<Arrival> = {}) => ({
  ...correction('writtenAt', value, lookedAt),
  ...own,
})
const weak = { weakBy: 'counters' }

function judged(facts: Arrival[], now: string, areLooksBlind = false) {
  const histories = [...Map.groupBy(facts, ({ witness }) => witness)].map(([witness, own]) => ({
    witness,
    history: clockHistory(own, 'UTC'),
  }))
  return weighWitnesses(histories, at(now), areLooksBlind)
}
const valueAt = (...question: Parameters<typeof judged>) => iso(judged(...question)?.value?.at ?? null)

describe('of several witnesses of one clock', () => {
  test('nobody has said anything before the first', () => {
    expect(judged([told('2026-03-05T02:00'), seen('2026-03-05T03:00', '2026-03-05T02:30')], '2026-03-05T01:59')).toBeNull()
  })

  test('the one that said the latest counts, when all are strong', () => {
    const facts = [told('2026-03-05T02:00'), seen('2026-03-05T03:00', '2026-03-05T01:58')]
    expect(valueAt(facts, '2026-03-05T04:00')).toBe('2026-03-05T01:58:00.000Z')
    expect(valueAt([...facts, told('2026-03-06T02:00')], '2026-03-06T03:00')).toBe('2026-03-06T02:00:00.000Z')
  })

  test('a look counts before what was told at the same instant', () => {
    expect(valueAt([told('2026-03-05T02:00'), seen('2026-03-05T02:00', '2026-03-05T01:00')], '2026-03-05T04:00')).toBe(
      '2026-03-05T01:00:00.000Z',
    )
  })

  test('weak evidence counts only as long as nobody knows better', () => {
    const counters = [seen('2026-03-05T03:00', '2026-03-05T03:00', weak)]
    expect(judged(counters, '2026-03-05T04:00')?.value?.weakBy).toBe('counters')
    const both = [...counters, told('2026-03-05T02:00')]
    expect(valueAt(both, '2026-03-05T04:00')).toBe('2026-03-05T02:00:00.000Z')
    expect(judged(both, '2026-03-05T04:00')?.value?.weakBy).toBeNull()
  })

  test('two looks that differ by minutes take nothing back from each other', () => {
    const facts = [seen('2026-03-05T03:00', '2026-03-05T02:00'), seen('2026-03-05T03:05', '2026-03-05T01:57', { witness: DBT })]
    const state = judged(facts, '2026-03-05T04:00')
    expect(state?.value?.takenBack).toBe(false)
    expect(state?.takenBackBy).toBeNull()
  })

  test('a value from the future is not judged, and does not silence the others', () => {
    const facts = [told('2026-03-05T02:00'), seen('2026-03-05T03:00', '2027-01-01T00:00')]
    expect(valueAt(facts, '2026-03-05T04:00')).toBe('2026-03-05T02:00:00.000Z')
  })
})

describe('what a look finds gone', () => {
  const loadAndLook = [told('2026-03-05T02:00'), seen('2026-03-05T03:00', '2026-03-05T02:00')]

  test.each([{}, weak])('takes back what was told before it, be it weak or not: %o', (own) => {
    const facts = [...loadAndLook, foundGone('2026-03-05T05:00', '2026-02-01T00:00', own)]
    expect(valueAt(facts, '2026-03-05T06:00')).toBe('2026-02-01T00:00:00.000Z')
    expect(judged(facts, '2026-03-05T06:00')?.value?.takenBack).toBe(true)
  })

  test('leaves nothing of what was told before, even after something else has come', () => {
    const emptied = [...loadAndLook, foundGone('2026-03-05T05:00', null, weak)]
    expect(judged(emptied, '2026-03-05T06:00')).toMatchObject({ value: { at: null }, hadValue: true })
    expect(valueAt([...emptied, seen('2026-03-05T07:00', '2026-03-05T07:00', weak)], '2026-03-05T08:00')).toBe('2026-03-05T07:00:00.000Z')
  })

  test('does not touch what is told after it', () => {
    const facts = [...loadAndLook, foundGone('2026-03-05T05:00', null), told('2026-03-06T02:00')]
    expect(valueAt(facts, '2026-03-06T03:00')).toBe('2026-03-06T02:00:00.000Z')
  })

  test('takes back what had happened before, although it was told afterwards', () => {
    const toldLate = told('2026-03-05T04:00', { recordedAt: at('2026-03-05T09:00') })
    const facts = [...loadAndLook, foundGone('2026-03-05T05:00', null), toldLate]
    expect(judged(facts, '2026-03-05T10:00')?.value?.at).toBeNull()
  })
})

describe('while looks are blind', () => {
  test('what is told counts when it is later than what was last seen', () => {
    const facts = [seen('2026-03-05T03:00', '2026-03-05T02:00'), told('2026-03-06T02:00', weak)]
    expect(valueAt(facts, '2026-03-06T03:00', true)).toBe('2026-03-06T02:00:00.000Z')
    expect(judged(facts, '2026-03-06T03:00', true)?.value?.weakBy).toBe('counters')
    expect(valueAt(facts, '2026-03-06T03:00', false)).toBe('2026-03-05T02:00:00.000Z')
  })

  test('what was last seen counts when nothing later was told', () => {
    const facts = [seen('2026-03-05T03:00', '2026-03-05T02:00'), told('2026-03-05T01:00', weak)]
    expect(valueAt(facts, '2026-03-06T03:00', true)).toBe('2026-03-05T02:00:00.000Z')
  })

  test('a stronger witness that can see counts alone', () => {
    const facts = [seen('2026-03-05T03:00', '2026-03-05T02:30', weak), told('2026-03-05T02:00')]
    expect(valueAt(facts, '2026-03-06T03:00', true)).toBe('2026-03-05T02:00:00.000Z')
  })
})
