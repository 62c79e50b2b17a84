import { describe, expect, it } from 'vitest'
import { type GateSight, gate, gateConditionText, readGateCondition } from './gate.ts'

const AT = Date.parse('2026-11-29T04:00:00Z')
const terms: GateSight = { name: 'Terms', status: 'fresh', reason: 'on-time', loads: [AT + 1, AT + 2] }
const loaded = { kind: 'loaded-after', at: AT } as const

describe('what is waited for', () => {
  it('is written as it is read', () => {
    for (const text of ['fresh', 'loaded-after=2026-11-29T04:00:00.000Z']) {
      const condition = readGateCondition(text)
      expect(condition && gateConditionText(condition)).toBe(text)
    }
    expect(readGateCondition('loaded-after=2026-11-29T06:00+02:00')).toEqual(loaded)
  })

  it.each([
    '',
    'late',
    'loaded-after=',
    'loaded-after=yesterday',
    'loaded-after=2026-11-29',
    'loaded-after=2026-11-29T04:00',
    'loaded-after=2026-13-29T04:00Z',
  ])('is nothing else: "%s"', (text) => expect(readGateCondition(text)).toBeNull())
})

describe('a gate until fresh', () => {
  it('is open while the feed is fresh, and says why', () => {
    expect(gate(terms, { kind: 'fresh' })).toEqual({ isOpen: true, reason: 'Terms is fresh: arrived as promised.', isHopeless: false })
  })

  it.each(['late', 'stale', 'unknown', 'maintenance'] as const)('is closed while it is %s', (status) => {
    const found = gate({ ...terms, status, reason: 'overdue' }, { kind: 'fresh' })
    expect(found).toEqual({ isOpen: false, reason: `Terms is ${status}: nothing has arrived since it was due.`, isHopeless: false })
  })

  it('of which nothing is promised will not open', () => {
    expect(gate({ ...terms, status: null, reason: null }, { kind: 'fresh' })).toMatchObject({ isOpen: false, isHopeless: true })
  })
})

describe('a gate until loaded', () => {
  it('is open when every asset was loaded after the instant, whatever the status', () => {
    expect(gate({ ...terms, status: 'stale' }, loaded)).toMatchObject({ isOpen: true })
  })

  it('is closed while one was loaded at it, before, or never', () => {
    for (const last of [AT, AT - 1, null])
      expect(gate({ ...terms, loads: [AT + 1, last] }, loaded)).toEqual({
        isOpen: false,
        reason: '1 of 2 assets of Terms was not loaded after 2026-11-29T04:00:00.000Z yet.',
        isHopeless: false,
      })
  })

  it('will not open for a feed without assets', () => {
    expect(gate({ ...terms, loads: [] }, loaded)).toMatchObject({ isOpen: false, isHopeless: true })
  })
})
