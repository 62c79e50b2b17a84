import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ExternalRun, KnownRun } from '#lib/domain/runs/external-run.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { canBeTold, datedReader, moment } from './moment.ts'
import { CHECK_ADDRESS, shapeReader } from './read-shape.ts'

const syncs = z.object({ items: z.array(z.object({ id: z.string(), endedAt: moment })) })
const NO_MORE = { scheduledAt: null, startedAt: null, endedAt: null, error: null, rows: null, url: null }
const END = Date.UTC(2026, 10, 29, 12, 0, 0, 123)

const endOf = (endedAt: unknown) =>
  shapeReader('Airbyte (elt)', 'Airbyte')(syncs, { items: [{ id: 'a', endedAt }] }, 'the list').items[0]?.endedAt

describe('a time in an answer', () => {
  it.each([
    ['2026-11-29T12:00:00.1234567Z', END],
    ['2026-11-29T12:00:00.123456+00:00', END],
    ['2026-11-29 13:00:00.123+0100', END],
    ['2026-11-29T12:00:00.123', END],
    ['2026-11-29T12:00', Date.UTC(2026, 10, 29, 12)],
    [null, null],
    [undefined, null],
    ['', null],
  ])('is read from %j', (told, at) => {
    expect(endOf(told)).toBe(at)
  })

  it.each(['yesterday', '2026-11-29', '2026-13-29T12:00:00Z', 1764417600])('is refused where %j stands in its place', (told) => {
    expect(() => endOf(told)).toThrow('The answer of Airbyte (elt) cannot be used: the list is not as Airbyte writes it (items.0.endedAt).')
  })
})

describe('one of many with a time that is none', () => {
  const sync = z.object({ id: z.string(), beganAt: moment, by: z.object({ at: moment }).nullish() })
  const read = datedReader(shapeReader('Airbyte (elt)', 'Airbyte'))
  const good = { id: 'a', beganAt: '2026-11-29T12:00:00.123Z' }
  const bad = { id: 'b', beganAt: 7, by: { at: 'yesterday' } }

  it('is read without it, however deep it stands, and marked', () => {
    expect(read(sync, good, 'a sync')).toEqual({ id: 'a', beganAt: END, isUndated: false })
    expect(read(sync, bad, 'a sync')).toEqual({ id: 'b', beganAt: null, by: { at: null }, isUndated: true })
  })

  it('is refused where something else about it is wrong, too', () => {
    expect(() => read(sync, { ...bad, id: 7 }, 'a sync')).toThrow('a sync is not as Airbyte writes it (id).')
  })
})

describe('a run of which a time cannot be read', () => {
  const run: ExternalRun = { job: 'a', externalId: '7', state: 'completed', ...NO_MORE }
  const seen: KnownRun = { job: 'a', externalId: '7', attempt: 1, state: 'running', startedAt: null, endedAt: null }

  it.each([
    ['is told where it goes on', { state: 'running' as const }, [], true],
    ['is told where its end is known', { endedAt: END }, [], true],
    ['is not told where it is over, and when is not known', {}, [], false],
    ['is told so where it was seen going on', {}, [seen], true],
    ['is not told so where its end was known before', {}, [{ ...seen, state: 'failed' as const }], false],
  ])('%s, with a warning that does not repeat what stood there', async (_, own, known, isTold) => {
    const warned: unknown[] = []
    const log = { ...silentLog, warn: (...told: unknown[]) => void warned.push(told) }
    const connection = { key: 'elt', log, clock: new FakeClock('2026-11-29T12:00:00Z'), knownRuns: async () => known }
    expect(await canBeTold(connection, { isUndated: true }, { ...run, ...own })).toBe(isTold)
    expect(warned).toEqual([['a time of a run cannot be read', { connection: 'elt', run: '7' }]])
    expect(await canBeTold(connection, { isUndated: false }, run)).toBe(true)
  })
})

it('an answer of another kind is refused with what to do about it', () => {
  const read = shapeReader('Airbyte (elt)', 'Airbyte', CHECK_ADDRESS)
  expect(() => read(syncs, 'hello', 'the list')).toThrow(
    'The answer of Airbyte (elt) cannot be used: the list is not as Airbyte writes it. Check that the address is that of its API.',
  )
})
