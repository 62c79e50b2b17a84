import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { asset, at, chain, failed, flow, NOON } from '#lib/testing/history/again-builders.ts'
import type { RunUnderWay, Writer } from './writer.ts'

describe('a run that goes on', () => {
  const running = { startedAt: NOON - 3 * MINUTE_MS, scheduledFor: NOON - 5 * MINUTE_MS, endsAt: null, isTry: true, isStuck: false }
  const assets = [asset(1, 'flow:term'), asset(2, 'flow:course')]

  it('makes it good when it ends: by its own word, else when it has taken as long as usual, and not before now', () => {
    const ending = (more: Partial<RunUnderWay>, minutes: number | null = 10) =>
      at(NOON, assets.slice(0, 1), [], flow('term', '0 2 * * *', minutes, { running: { ...running, ...more } }))[1]
    expect(ending({})).toBe('2026-11-20 17:07')
    expect(ending({ endsAt: NOON + 20 * MINUTE_MS }, null)).toBe('2026-11-20 17:20')
    expect(ending({}, 1)).toBe('2026-11-20 17:00')
    expect(ending({}, null)).toContain('no run of term has succeeded yet')
    expect(ending({ isStuck: true })).toBe('nobody knows when the run of term that goes on will end > Team 1')
  })

  it('is no help to what is made from something that was not good when it began', () => {
    const term = flow('term', '0 2 * * *', 3, { announced: [NOON] })
    const course = flow('course', '15 12 * * *', 10, { running })
    expect(at(NOON, assets, chain(1, 2), term, course)).toEqual({ 1: '2026-11-20 17:03', 2: '2026-11-20 17:25' })
  })

  it('is no help where it makes nothing good, as a replay or one that is to stop, and keeps the next one waiting', () => {
    const ending = { ...running, endsAt: NOON + 20 * MINUTE_MS, isTry: false }
    expect(at(NOON, assets.slice(0, 1), [], flow('term', '0 2 * * *', 10, { running: ending }))[1]).toBe('2026-11-21 07:10')
    expect(at(NOON, assets.slice(0, 1), [], flow('term', '15 12 * * *', 10, { running: ending }))[1]).toBe('2026-11-20 17:30')
  })

  it('keeps the next one waiting', () => {
    const term = flow('term', '0 12 * * *', 1, {
      announced: [NOON + MINUTE_MS],
      running: { ...running, startedAt: 0, endsAt: NOON + HOUR_MS },
    })
    const made = [asset(3, 'flow:other'), asset(1, 'flow:term')]
    const other = flow('other', null, 2, { announced: [NOON] })
    expect(at(NOON, made, [], term, other)[1]).toBe('2026-11-20 18:00')
    expect(at(NOON, [...made.slice(0, 1), asset(4, 'flow:term')], chain(3, 4), term, other)[4]).toBe('2026-11-20 18:01')
  })
})

describe('a flow that comes after another', () => {
  const term = (more: Partial<Writer> = {}) => flow('term', '0 2 * * *', 30, more)
  const course = (more: Partial<Writer> = {}) => flow('course', '5 2 * * *', 10, { after: ['flow:term'], ...more })
  const assets = [asset(1, 'flow:term'), asset(2, 'flow:course')]

  it('begins right after it, not at its own next time', () => {
    expect(at(NOON, assets, chain(1, 2), term(), course())).toEqual({ 1: '2026-11-21 07:30', 2: '2026-11-21 07:40' })
    expect(at(NOON, assets, chain(1, 2), term(), course({ after: [] }))[2]).toBe('2026-11-22 07:15')
  })

  it('waits for it also where nothing of it is in trouble', () => {
    expect(at(NOON, assets.slice(1), [], term(), course())).toEqual({ 2: '2026-11-21 07:40' })
  })

  it('waits no more once it has ended well, or was never planned', () => {
    const now = Date.parse('2026-11-21T07:10:00Z')
    const tick = Date.parse('2026-11-21T07:00:00Z')
    const dueAt = tick + 5 * MINUTE_MS
    const own = (before: Partial<Writer>) => at(now, assets.slice(1), [], term(before), course({ dueAt }))[2]
    expect(own({ lastFor: tick, lastGoodFor: tick })).toBe('2026-11-21 07:20')
    expect(own({ lastFor: tick - 1000, lastGoodFor: null })).toBe('2026-11-21 07:20')
    const running = { startedAt: tick, scheduledFor: tick, endsAt: null, isTry: true, isStuck: false }
    expect(own({ lastFor: tick, running })).toBe('2026-11-21 07:40')
    expect(own({ lastFor: tick, announced: [now + HOUR_MS] })).toBe('2026-11-21 08:50')
    // It is given up after four hours, so the next night counts.
    expect(own({ lastFor: tick, ends: [failed('no')] })).toBe('2026-11-22 07:40 if term')
    expect(own({ lastFor: tick, announced: [now + 5 * HOUR_MS] })).toBe('2026-11-22 07:40')
  })

  it('promises nothing where that one keeps failing, and runs all the same where that has no time before its own', () => {
    const ends = [failed('no'), failed('no'), failed('no')]
    expect(at(NOON, assets.slice(1), [], term({ ends }), course())[2]).toBe('the last 3 runs of term failed in the same way: no > Team 2')
    const hourly = flow('course', '5 * * * *', 10, { after: ['flow:term'] })
    expect(at(Date.parse('2026-11-21T06:10:00Z'), assets.slice(1), [], term({ ends }), hourly)[2]).toBe('2026-11-21 08:15')
  })

  it('rests on what is not seen, too, where it comes after that', () => {
    expect(at(NOON, assets.slice(1), [], term(), course({ isAfterUnseen: true }))[2]).toBe('2026-11-21 07:40 if a system you may not see')
  })

  it('ends where two come after each other', () => {
    expect(at(NOON, assets, [], term({ after: ['flow:course'] }), course())).toEqual({ 1: '2026-11-21 07:30', 2: '2026-11-21 07:40' })
  })
})
