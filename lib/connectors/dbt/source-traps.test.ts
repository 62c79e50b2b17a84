import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { SHOP, shopManifest, sourcesOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtWorld } from '#lib/testing/connectors/dbt-world.ts'
import { anAge } from '#lib/testing/history/domain-builders.ts'

const NOW = '2026-11-29T12:00:00Z'
const AGE = anAge({ lateAfterMs: 6 * HOUR_MS, staleAfterMs: 24 * HOUR_MS })
const { source: SOURCE, other: OTHER, orders: ORDERS } = SHOP

let world: DbtWorld
beforeEach(async () => {
  world = await DbtWorld.begin(NOW)
  await world.put('manifest.json', shopManifest())
})
afterEach(() => world.end())

const source = () => world.status(SOURCE, AGE)
const measured = (newest: string, at = '2026-11-29T11:50:00Z', id: string = SOURCE) => sourcesOf([{ id, newest, measuredAt: at }], { at })

describe('a source', () => {
  it('is as old as its newest value is now, whatever dbt said when it measured', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect(await source()).toBe('fresh/on-time')
    world.clock.set('2026-11-29T17:30:00Z')
    expect(await source()).toMatch(/^late/)
    await world.put('sources.json', measured('2026-11-29T17:20:00+00:00', '2026-11-29T17:25:00Z'))
    expect(await source()).toBe('fresh/on-time')
  })

  it('whose query failed has no result: it is not green, and neither red', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00', '2026-11-29T11:50:00Z', OTHER))
    expect(await source()).toMatch(/^unknown/)
    expect(await world.status(OTHER, AGE)).toBe('fresh/on-time')
    expect(await world.wordsOf(SOURCE)).toBe('dbt measured at 2026-11-29T11:50Z, and not this: its query failed, or it was not selected.')
  })

  it('that an older dbt reports as failed is told in its own words', async () => {
    await world.put('sources.json', sourcesOf([{ id: SOURCE }], { at: '2026-11-29T11:50:00Z' }))
    expect(await source()).toMatch(/^unknown/)
    expect(await world.wordsOf(SOURCE)).toBe(
      'dbt could not measure it at 2026-11-29T11:50Z: Database Error in source: relation does not exist',
    )
  })

  it('that loses its result goes grey after a while, not at once and not red', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect(await source()).toBe('fresh/on-time')
    await world.put('sources.json', measured('2026-11-29T11:58:00+00:00', '2026-11-29T11:59:00Z', OTHER))
    expect(await source()).toBe('fresh/on-time')
    world.clock.set('2026-11-29T12:30:00Z')
    expect(await source()).toMatch(/^unknown/)
  })

  it('of which one run measured only a part is judged by what was measured, and the others are seen again with the next whole one', async () => {
    const both = (at: string, newest: string) =>
      sourcesOf(
        [SOURCE, OTHER].map((id) => ({ id, newest, measuredAt: at })),
        { at },
      )
    world.watch(SOURCE).watch(OTHER)
    await world.put('sources.json', both('2026-11-29T11:50:00Z', '2026-11-29T11:40:00+00:00'))
    await world.look(SOURCE)
    world.clock.set('2026-11-29T13:00:00Z')
    await world.put('sources.json', measured('2026-11-29T12:50:00+00:00', '2026-11-29T12:55:00Z', OTHER))
    expect([await world.status(OTHER, AGE), world.statusNow(SOURCE, AGE)]).toEqual(['fresh/on-time', expect.stringMatching(/^unknown/)])
    world.clock.set('2026-11-29T14:00:00Z')
    await world.put('sources.json', both('2026-11-29T13:55:00Z', '2026-11-29T13:50:00+00:00'))
    expect([await world.status(OTHER, AGE), world.statusNow(SOURCE, AGE)]).toEqual(['fresh/on-time', 'fresh/on-time'])
    expect(world.correctionsOf(SOURCE)).toBe(0)
  })

  it('without rows holds nothing: it is not two thousand years late', async () => {
    await world.put(
      'sources.json',
      sourcesOf([{ id: SOURCE, newest: '0001-01-01T00:00:00+00:00', status: 'error', measuredAt: '2026-11-29T11:50:00Z' }]),
    )
    const seen = await world.look(SOURCE)
    expect(seen).toMatchObject({ ok: true, readings: [{ clock: 'dataThroughAt', at: null }], warnings: ['It has no rows.'] })
    expect(world.statusNow(SOURCE, AGE)).not.toMatch(/^fresh/)
  })

  it('with rows of the future passes in dbt, and is not green here; once they have come it is', async () => {
    await world.put('sources.json', measured('2026-11-29T14:00:00+00:00'))
    expect(await source()).not.toMatch(/^fresh/)
    expect(await world.wordsOf(SOURCE)).toContain("ahead of dbt's own clock; it is kept, but not judged.")
    world.clock.set('2026-11-29T14:30:00Z')
    await world.put('sources.json', measured('2026-11-29T14:10:00+00:00', '2026-11-29T14:20:00Z'))
    expect(await source()).toBe('fresh/on-time')
  })

  it('of wall times is judged in its zone: neither five hours too old nor hours ahead', async () => {
    await world.put('sources.json', measured('2026-11-29T06:45:00+00:00'))
    world.clock.set('2026-11-29T13:00:00Z')
    expect(await source()).toMatch(/^late/)
    world.watch(SOURCE, { zone: 'America/New_York' })
    expect(await source()).toBe('fresh/on-time')
    await world.put('sources.json', measured('2026-11-29T20:45:00+00:00', '2026-11-29T12:50:00Z'))
    world.watch(SOURCE, { zone: 'Asia/Tokyo' })
    expect(await source()).toBe('fresh/on-time')
    expect((await world.look(SOURCE)).ok && world.statusNow(SOURCE, anAge({ lateAfterMs: HOUR_MS, staleAfterMs: 2 * HOUR_MS }))).toMatch(
      /^late/,
    )
  })

  it('of wall times without a zone is told of: by its type, or when it lies whole hours ahead', async () => {
    await world.put(
      'manifest.json',
      shopManifest('2026-11-29T03:00:00Z', { columns: { _loaded_at: { name: '_loaded_at', data_type: 'timestamp without time zone' } } }),
    )
    await world.put('sources.json', measured('2026-11-29T06:45:00+00:00'))
    expect(await world.wordsOf(SOURCE)).toContain('_loaded_at has no zone')
    await world.put('sources.json', measured('2026-11-29T20:49:00+00:00', '2026-11-29T11:51:00Z'))
    expect(await world.wordsOf(SOURCE)).toContain('Perhaps it is a wall time that dbt took for UTC')
  })

  it('whose time has an offset of its own is not moved by a zone', async () => {
    world.watch(SOURCE, { zone: 'Asia/Tokyo' })
    await world.put('sources.json', measured('2026-11-29T20:45:00+09:00'))
    expect(await world.look(SOURCE)).toMatchObject({ readings: [{ at: Date.parse('2026-11-29T11:45:00Z') }] })
  })

  it('measured too long ago is neither green nor red: nobody knows what came since', async () => {
    await world.put('sources.json', measured('2026-11-26T08:00:00+00:00', '2026-11-26T09:00:00Z'))
    expect(await source()).toMatch(/^unknown/)
    expect(await world.wordsOf(SOURCE)).toContain('dbt measured it last at 2026-11-26T09:00Z, longer ago than 1 d 2 h')
  })

  it('does not go back when an old file takes the place of a new one, nor does it go on from there', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect(await source()).toBe('fresh/on-time')
    await world.put('sources.json', measured('2026-11-28T23:00:00+00:00', '2026-11-28T23:50:00Z'))
    expect(await source()).toBe('fresh/on-time')
    expect(await world.wordsOf(SOURCE)).toContain('older than the one that was there before')
    expect(world.correctionsOf(SOURCE)).toBe(0)
    world.clock.set('2026-11-29T18:00:00Z')
    expect(await source()).toMatch(/^late/)
  })

  it('whose newest rows were taken away goes back, since a newer look saw it', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect(await source()).toBe('fresh/on-time')
    world.clock.set('2026-11-29T12:10:00Z')
    await world.put('sources.json', measured('2026-11-28T02:00:00+00:00', '2026-11-29T12:05:00Z'))
    expect(await source()).toMatch(/^stale/)
    expect(world.correctionsOf(SOURCE)).toBe(1)
  })

  it('measured by a clock that is ahead is not believed until then', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00', '2026-12-29T11:50:00Z'))
    expect(await source()).toMatch(/^unknown/)
    expect(await world.wordsOf(SOURCE)).toContain('a clock is wrong')
  })

  it('that dbt does not measure says so', async () => {
    await world.put('manifest.json', shopManifest('2026-11-29T03:00:00Z', { freshness: null }))
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00', '2026-11-29T11:50:00Z', OTHER))
    expect(await world.look(SOURCE)).toMatchObject({ ok: false, lasting: 'no-time' })
  })

  it('of which only the warehouse tells is weak evidence of a write', async () => {
    await world.put('manifest.json', shopManifest('2026-11-29T03:00:00Z', { loaded_at_field: null }))
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect(await world.look(SOURCE)).toMatchObject({
      readings: [{ clock: 'writtenAt' }],
      evidence: { strength: 'weak', method: 'metadata' },
    })
  })

  it.each(['Pass', 'WARN', 'Error'])('in the freshness.json of dbt 2 (%s) is read like any, and so is a model', async (status) => {
    const at = '2026-11-29T11:50:00Z'
    const both = [SOURCE, ORDERS].map((id) => ({ id, newest: '2026-11-29T11:00:00+00:00', measuredAt: at, status }))
    await world.put('freshness.json', sourcesOf(both, { at, kind: 'freshness', version: 0 }))
    expect(await source()).toBe('fresh/on-time')
    expect(await world.look(ORDERS)).toMatchObject({ ok: true, readings: [{ at: Date.parse('2026-11-29T11:00:00Z') }] })
  })
})

it('a folder that holds for one look what no clock can show does not keep the next from being right', async () => {
  await world.put('sources.json', measured('9999-12-31T00:00:00+00:00'))
  expect(await source()).not.toMatch(/^fresh/)
  world.clock.set(Date.parse(NOW) + 10 * MINUTE_MS)
  await world.put('sources.json', measured('2026-11-29T12:05:00+00:00', '2026-11-29T12:08:00Z'))
  expect(await source()).toBe('fresh/on-time')
})
