import { describe, expect, it } from 'vitest'
import { bytesInWords, otherThanWanted, otherThanWantedBytes, type RunHours, valuesInWords, withinHours } from './trigger-conditions.ts'

const WORK: RunHours = { days: [1, 2, 3, 4, 5], from: '06:00', to: '22:00', zone: 'Europe/Berlin' }
const NIGHT: RunHours = { days: [5], from: '22:00', to: '06:00', zone: 'Europe/Berlin' }
const WEEKEND: RunHours = { days: [6, 7], from: '00:00', to: '00:00', zone: 'Europe/Berlin' }
const DAILY: RunHours = { days: [1, 2, 3, 4, 5, 6, 7], from: '02:30', to: '02:45', zone: 'Europe/Berlin' }

describe('the hours of a flow', () => {
  it.each<[string, RunHours | null, string, string]>([
    ['at any time', null, '2026-11-28T03:00+01:00', '2026-11-28T03:00+01:00'],
    ['within them', WORK, '2026-11-30T12:00+01:00', '2026-11-30T12:00+01:00'],
    ['at their beginning', WORK, '2026-11-30T06:00+01:00', '2026-11-30T06:00+01:00'],
    ['before them', WORK, '2026-11-30T05:59+01:00', '2026-11-30T06:00+01:00'],
    ['at their end', WORK, '2026-11-30T22:00+01:00', '2026-12-01T06:00+01:00'],
    ['on another day', WORK, '2026-11-27T22:00+01:00', '2026-11-30T06:00+01:00'],
    ['in a night that belongs to the day it began', NIGHT, '2026-11-28T05:59+01:00', '2026-11-28T05:59+01:00'],
    ['after that night', NIGHT, '2026-11-28T06:00+01:00', '2026-12-04T22:00+01:00'],
    ['on whole days', WEEKEND, '2026-11-29T23:59+01:00', '2026-11-29T23:59+01:00'],
    ['after them', WEEKEND, '2026-11-30T00:00+01:00', '2026-12-05T00:00+01:00'],
    ['that the clock skips', DAILY, '2026-03-29T01:59+01:00', '2026-03-29T03:30+02:00'],
  ])('%s', (_, hours, at, begins) => {
    expect(new Date(withinHours(Date.parse(at), hours)).toISOString()).toBe(new Date(Date.parse(begins)).toISOString())
  })
})

describe('the size of a file', () => {
  it.each([
    [{}, 0, null, ''],
    [{ leastBytes: 1 }, null, null, '1 byte and more'],
    [{ leastBytes: 1 }, 0, 'It has 0 bytes, and its flow takes files of 1 byte and more.', '1 byte and more'],
    [{ leastBytes: 1 }, 1, null, '1 byte and more'],
    [{ mostBytes: 2000 }, 2000, null, 'at most 2.0 kB'],
    [{ mostBytes: 2000 }, 3000, 'It has 3.0 kB, and its flow takes files of at most 2.0 kB.', 'at most 2.0 kB'],
    [{ leastBytes: 10, mostBytes: 2000 }, 5, 'It has 5 bytes, and its flow takes files of 10 bytes to 2.0 kB.', '10 bytes to 2.0 kB'],
  ])('%j: %j', (wanted, bytes, refusal, words) => {
    expect(otherThanWantedBytes(wanted, bytes)).toBe(refusal)
    expect(bytesInWords(wanted)).toBe(words)
  })
})

describe('what a message says', () => {
  const wanted = { kind: ['prices', 'posts'], 'shop.id': ['7'], 'shop.open': ['true'] }
  const shop = { id: 7, open: true }

  it.each<[unknown, string | null]>([
    [{ kind: 'posts', shop, more: 1 }, null],
    [{ kind: 'posts', shop: { id: '7', open: 'true' } }, null],
    [{ kind: 'stock', shop }, 'Its "kind" is stock, and not prices or posts.'],
    [{ kind: ['posts'], shop }, 'It has no "kind", which has to be prices or posts.'],
    [{ kind: 'posts', shop: 7 }, 'It has no "shop.id", which has to be 7.'],
    [{ kind: 'posts', shop: { id: 7, open: false } }, 'Its "shop.open" is false, and not true.'],
    [{ kind: 'x'.repeat(300), shop }, expect.stringMatching(/^Its "kind" is x{50,99}….*, and not prices or posts\.$/)],
    ['posts', 'It has no "kind", which has to be prices or posts.'],
    [null, 'It has no "kind", which has to be prices or posts.'],
  ])('%j: %j', (body, refusal) => {
    expect(otherThanWanted(wanted, body)).toEqual(refusal)
  })

  it('is read from its own members only, and may be anything where nothing is wanted', () => {
    expect(otherThanWanted({ 'constructor.name': ['Object'] }, {})).toMatch(/^It has no "constructor\.name"/)
    expect(otherThanWanted(undefined, 'x')).toBeNull()
    expect(valuesInWords(wanted)).toBe('"kind" is prices or posts, "shop.id" is 7 and "shop.open" is true')
  })
})
