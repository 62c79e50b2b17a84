import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { silentLog } from '#lib/platform/log.ts'
import { type Dated, dated, datedReader, moment } from './moment.ts'
import { CHECK_ADDRESS, shapeReader } from './read-shape.ts'

const syncs = z.object({ items: z.array(z.object({ id: z.string(), endedAt: moment })) })
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

  it('is left out where its time decides, with a warning that names it and does not repeat what stood there', async () => {
    const warned: unknown[] = []
    const log = { ...silentLog, warn: (...told: unknown[]) => void warned.push(told) }
    const all = async function* (): AsyncGenerator<Dated<{ id: string }>> {
      for (const one of [bad, good]) yield read(sync, one, 'a sync')
    }
    expect(await Array.fromAsync(dated(all(), 'Airbyte (elt)', log))).toMatchObject([{ id: 'a' }])
    expect(warned).toEqual([['a run is left out: a time of it cannot be read', { system: 'Airbyte (elt)', run: 'b' }]])
  })
})

it('an answer of another kind is refused with what to do about it', () => {
  const read = shapeReader('Airbyte (elt)', 'Airbyte', CHECK_ADDRESS)
  expect(() => read(syncs, 'hello', 'the list')).toThrow(
    'The answer of Airbyte (elt) cannot be used: the list is not as Airbyte writes it. Check that the address is that of its API.',
  )
})
