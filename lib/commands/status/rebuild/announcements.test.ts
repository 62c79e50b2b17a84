import { describe, expect, test } from 'vitest'
import type { Span } from '#lib/domain/freshness/span.ts'
import { END_OF_TIME } from '#lib/domain/time/instant.ts'
import { announcements } from './announcements.ts'

const fresh = (from: number, to = END_OF_TIME): Span => ({ from, to, status: 'fresh', reason: 'on-time' })
const late = (from: number, to = END_OF_TIME): Span => ({ from, to, status: 'late', reason: 'overdue' })
const stale = (from: number, to = END_OF_TIME): Span => ({ from, to, status: 'stale', reason: 'overdue' })
const unknown = (from: number, to = END_OF_TIME): Span => ({ from, to, status: 'unknown', reason: 'probe-failed' })

const inShort = (changes: ReturnType<typeof announcements>) =>
  changes.map((c) => `${c.rewrite ? '(' : ''}${c.at} ${c.from} → ${c.to}${c.rewrite ? ')' : ''}`)

describe('what a restatement announces', () => {
  test('a turn is dated at its deadline, not when it was noticed', () => {
    const changes = announcements({ before: [fresh(0)], after: [fresh(0, 60), late(60)], statedUntil: 60, lastAnnouncedAt: 0, now: 65 })
    expect(inShort(changes)).toEqual(['60 fresh → late'])
  })

  test('two turns in one sleep are both told, in order', () => {
    const after = [fresh(0, 60), late(60, 80), stale(80)]
    expect(inShort(announcements({ before: [fresh(0)], after, statedUntil: 60, lastAnnouncedAt: 0, now: 90 }))).toEqual([
      '60 fresh → late',
      '80 late → stale',
    ])
  })

  test('an arrival learnt late announces the present and dates it at the arrival', () => {
    const before = [fresh(0, 60), late(60)]
    const changes = announcements({ before, after: [fresh(0, 60), late(60, 70), fresh(70)], statedUntil: 75, lastAnnouncedAt: 60, now: 75 })
    expect(inShort(changes)).toEqual(['70 late → fresh'])
  })

  test('an alarm that turns out to be false is taken back now, once', () => {
    const changes = announcements({ before: [fresh(0, 60), late(60)], after: [fresh(0)], statedUntil: 75, lastAnnouncedAt: 60, now: 75 })
    expect(inShort(changes)).toEqual(['(60 late → fresh)', '75 late → fresh'])
  })

  test('what happened while blind is told from the last word people had', () => {
    const changes = announcements({
      before: [fresh(0, 60), unknown(60)],
      after: [fresh(0, 70), late(70)],
      statedUntil: 90,
      lastAnnouncedAt: 60,
      now: 90,
    })
    expect(inShort(changes)).toEqual(['(60 unknown → fresh)', '70 unknown → late'])
  })

  test('a restated past is a rewrite and announces nothing', () => {
    const changes = announcements({
      before: [fresh(0)],
      after: [fresh(0, 20), late(20, 30), fresh(30)],
      statedUntil: 90,
      lastAnnouncedAt: 0,
      now: 90,
    })
    expect(inShort(changes)).toEqual(['(20 fresh → late)', '(30 late → fresh)'])
  })

  test('the same turn found earlier is not told twice', () => {
    const changes = announcements({
      before: [fresh(0, 70), late(70)],
      after: [fresh(0, 60), late(60)],
      statedUntil: 60,
      lastAnnouncedAt: 70,
      now: 90,
    })
    expect(inShort(changes)).toEqual(['(60 fresh → late)'])
  })

  test('a past that lost a change leaves one rewrite', () => {
    const before = [fresh(0, 20), late(20, 30), fresh(30)]
    expect(inShort(announcements({ before, after: [fresh(0)], statedUntil: 90, lastAnnouncedAt: 30, now: 90 }))).toEqual([
      '(20 late → fresh)',
    ])
  })

  test('the end of a promise is a change to nothing', () => {
    expect(inShort(announcements({ before: [fresh(0)], after: [fresh(0, 50)], statedUntil: 50, lastAnnouncedAt: 0, now: 50 }))).toEqual([
      '50 fresh → null',
    ])
  })

  test('that something late is gone is told, although it stays late, and so is that it is back', () => {
    const gone = (from: number): Span => ({ from, to: END_OF_TIME, status: 'late', reason: 'gone' })
    const told = announcements({ before: [late(60)], after: [late(60, 80), gone(80)], statedUntil: 85, lastAnnouncedAt: 60, now: 85 })
    expect(told).toEqual([{ at: 80, from: 'late', to: 'late', reason: 'gone', rewrite: false }])
    const back = announcements({
      before: [late(60, 80), gone(80)],
      after: [late(60, 80), { ...gone(80), to: 95 }, late(95)],
      statedUntil: 95,
      lastAnnouncedAt: 80,
      now: 95,
    })
    expect(back).toEqual([{ at: 95, from: 'late', to: 'late', reason: 'overdue', rewrite: false }])
  })

  test('any other new reason alone is told to nobody', () => {
    const hung: Span = { from: 80, to: END_OF_TIME, status: 'late', reason: 'run-hung' }
    expect(announcements({ before: [late(60)], after: [late(60, 80), hung], statedUntil: 85, lastAnnouncedAt: 60, now: 85 })).toEqual([])
  })

  test('a new subject begins with a change from nothing', () => {
    expect(inShort(announcements({ before: [], after: [unknown(50)], statedUntil: 50, lastAnnouncedAt: null, now: 50 }))).toEqual([
      '50 null → unknown',
    ])
  })
})
