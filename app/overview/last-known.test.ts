import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { movedMemory } from '#app/_lib/moved-memory.ts'
import { silentLog } from '#lib/platform/log.ts'
import type { Overview } from '#lib/queries/pages/status-overview.ts'
import { countStatuses } from '#lib/queries/shared/status-counts.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { overviewOrLastKnown } from './last-known.ts'

const clock = new FakeClock('2026-11-29T06:00:00Z')
const known: Overview = {
  page: null,
  now: clock.now(),
  today: '2026-11-29',
  banners: [{ kind: 'demo' }],
  counts: countStatuses(['fresh']),
  groups: [],
  trouble: { lines: [], total: 0, holding: 0 },
  work: [],
  coming: { next: [], total: 0 },
}

beforeEach(() => {
  globalThis.tidemarkWebProcess = {
    context: { clock, log: silentLog } as never,
    ask: async () => {},
    moved: new Map([[null, movedMemory(0)]]),
    listeners: new Set(),
    internalKey: '',
    asking: new AsyncLocalStorage(),
    stopping: new AbortController(),
  }
  globalThis.tidemarkLastOverviews = undefined
})

afterEach(() => {
  globalThis.tidemarkWebProcess = undefined
  globalThis.tidemarkLastOverviews = undefined
  globalThis.tidemarkDatabaseTrouble = undefined
})

describe('the overview', () => {
  test('is as last known, and says so, when the database refuses', async () => {
    expect(await overviewOrLastKnown('public', async () => known)).toEqual(known)
    const refused = () => Promise.reject(Object.assign(new Error('sorry, too many clients already'), { code: '53300' }))
    expect(await overviewOrLastKnown('public', refused)).toEqual({
      ...known,
      banners: [
        { kind: 'database', problem: 'All connections of the database server are in use: it lets nobody else in.', since: known.now },
        { kind: 'demo' },
      ],
    })
    expect(await overviewOrLastKnown('public', async () => known)).toEqual(known)
  })

  test('is as last known after three seconds when the database is frozen', async () => {
    await overviewOrLastKnown('public', async () => known)
    const shown = overviewOrLastKnown('public', () => new Promise(() => {}))
    await turns()
    await clock.advance(3000)
    expect((await shown).banners[0]).toEqual({
      kind: 'database',
      problem: 'The database has not answered for 3 s: it is frozen, overloaded or cut off.',
      since: known.now,
    })
  })

  test('is as last known without a wait while the database is known to be silent', async () => {
    await overviewOrLastKnown('public', async () => known)
    globalThis.tidemarkDatabaseTrouble = { problem: 'The database is starting or stopping.', since: 5 }
    const shown = await overviewOrLastKnown('public', () => new Promise(() => {}))
    expect(shown.banners[0]).toEqual({ kind: 'database', problem: 'The database is starting or stopping.', since: 5 })
  })

  test('of others is never shown instead', async () => {
    await overviewOrLastKnown('member:finance', async () => known)
    for (const key of ['public', 'admin', 'member:students'] as const)
      await expect(
        overviewOrLastKnown(key, () => Promise.reject(new Error('no'))),
        key,
      ).rejects.toThrow('no')
  })

  test('is remembered of the eleven there can be, and no more', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `member:a${index}` as const)
    for (const key of keys) await overviewOrLastKnown(key, async () => known)
    expect([...(globalThis.tidemarkLastOverviews?.keys() ?? [])]).toEqual(keys.slice(1))
  })

  test('fails when nothing was ever known', async () => {
    await expect(overviewOrLastKnown('public', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
