import { describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import { isBlind, landedPercent } from './landed-share.ts'

describe('the share of files that reached their table', () => {
  it.each([
    [{ arrived: 50, landed: 50 }, 100],
    [{ arrived: 50, landed: 49 }, 98],
    // One of very many that did not is no whole.
    [{ arrived: 100_000, landed: 99_999 }, 99],
    [{ arrived: 3, landed: 0 }, 0],
    [{ arrived: 0, landed: 0 }, null],
  ])('of %j is %s', (files, percent) => {
    expect(landedPercent(files)).toBe(percent)
  })
})

describe('a place for files', () => {
  const now = Date.parse('2026-11-30T12:00:00Z')
  it.each([
    ['was looked at in time', { everyMs: 5 * MINUTE_MS, okAt: now - 14 * MINUTE_MS }, false],
    ['was not looked at three times in a row', { everyMs: 5 * MINUTE_MS, okAt: now - 16 * MINUTE_MS }, true],
    ['is looked at very often, and was a moment ago', { everyMs: 10 * SECOND_MS, okAt: now - 4 * MINUTE_MS }, false],
    ['is looked at very often, and was not for minutes', { everyMs: 10 * SECOND_MS, okAt: now - 6 * MINUTE_MS }, true],
    ['was never seen', { everyMs: 5 * MINUTE_MS, okAt: null }, true],
  ])('%s', (_what, look, isSo) => {
    expect(isBlind(look, now)).toBe(isSo)
  })
})
