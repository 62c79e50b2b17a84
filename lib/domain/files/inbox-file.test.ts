import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { FILE_TRIES_MAX, markOfVersion, pathBelow, pauseBeforeTry, versionOfMark } from './inbox-file.ts'

describe('the version of a file', () => {
  it('is what its store calls it', () => {
    expect(markOfVersion({ version: 'v1', bytes: 3, at: 0 })).toBe('v1')
    expect(versionOfMark('v1')).toBe('v1')
  })

  it('is its length and time where nobody told one, and its store is not asked for that', () => {
    const marks = [
      { version: null, bytes: 3, at: 0 },
      { version: null, bytes: 4, at: 0 },
      { version: null, bytes: 3, at: 1 },
      { version: null, bytes: null, at: null },
    ].map(markOfVersion)
    expect(new Set(marks).size).toBe(4)
    expect(marks.map(versionOfMark)).toEqual([null, null, null, null])
  })
})

describe('a place', () => {
  it.each([
    ['shop/incoming', { bucket: 'shop', key: 'incoming/a.json' }, 'a.json'],
    ['shop/incoming', { bucket: 'shop', key: 'incoming/2026/11/ü +%2F.json' }, '2026/11/ü +%2F.json'],
    ['shop', { bucket: 'shop', key: 'flat.json' }, 'flat.json'],
    ['', { bucket: 'shop', key: 'flat.json' }, 'shop/flat.json'],
    ['out/daily', { bucket: '', key: 'out/daily/a.csv' }, 'a.csv'],
    ['shop/incoming', { bucket: 'shop', key: 'incoming-old/a.json' }, null],
    ['shop/incoming', { bucket: 'shop', key: 'incoming' }, null],
    ['shop', { bucket: 'shop2', key: 'a.json' }, null],
  ])('%j holds %j as %j', (place, file, below) => {
    expect(pathBelow(place, file)).toBe(below)
  })
})

it('a file that cannot be carried over is tried a few times, later each time, and has failed then', () => {
  const pauses = Array.from({ length: FILE_TRIES_MAX }, (_, tries) => pauseBeforeTry(tries + 1))
  expect(pauses).toEqual([MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 120 * MINUTE_MS, null])
})
