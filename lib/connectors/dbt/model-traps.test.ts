import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { manifestOf, runResultsOf, SHOP, shopManifest } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtWorld } from '#lib/testing/connectors/dbt-world.ts'
import { anAge } from '#lib/testing/history/domain-builders.ts'

const NOW = '2026-11-29T12:00:00Z'
const AGE = anAge({ lateAfterMs: 6 * HOUR_MS, staleAfterMs: 24 * HOUR_MS })
const { orders: ORDERS, revenue: REVENUE, test: TEST } = SHOP

let world: DbtWorld
beforeEach(async () => {
  world = await DbtWorld.begin(NOW)
  await world.put('manifest.json', shopManifest())
})
afterEach(() => world.end())

const model = (id: string = ORDERS) => world.status(id, AGE)
const built = (at: string, more = {}) => runResultsOf([{ id: ORDERS, at }], { at, ...more })

describe('a model', () => {
  it('was loaded when dbt last built it, and grows old by itself', async () => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    expect(await model()).toBe('fresh/on-time')
    world.clock.set('2026-11-29T17:30:00Z')
    expect(await model()).toMatch(/^late/)
  })

  it.each([
    ['was only compiled for the documentation', { args: { which: 'generate' } }],
    ['was only compiled', { args: { which: 'compile' } }],
    ['was built empty', { args: { which: 'build', empty: true } }],
  ])('that %s is not loaded by it', async (_, more) => {
    await world.put('run_results.json', built('2026-11-29T03:00:00Z'))
    await world.look(ORDERS)
    await world.put('run_results.json', built('2026-11-29T11:00:00Z', more))
    expect(await model()).toMatch(/^late/)
  })

  it('of a dbt too old to name its command counts', async () => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z', { args: null }))
    expect(await model()).toBe('fresh/on-time')
  })

  it('that failed keeps its last load and says why', async () => {
    await world.put('run_results.json', built('2026-11-29T02:00:00Z'))
    await world.look(ORDERS)
    const at = '2026-11-29T11:00:00Z'
    await world.put(
      'run_results.json',
      runResultsOf([{ id: ORDERS, status: 'error', message: 'Database Error\n  column "x" does not exist' }], { at }),
    )
    expect(await model()).toMatch(/^late/)
    expect(await world.wordsOf(ORDERS)).toBe('dbt failed here at 2026-11-29T11:00Z: Database Error\n  column "x" does not exist')
    world.clock.set('2026-11-29T12:20:00Z')
    await world.put('run_results.json', built('2026-11-29T12:10:00Z'))
    expect(await model()).toBe('fresh/on-time')
    expect(await world.wordsOf(ORDERS)).toBe('')
  })

  it('that was never built but failed is unknown, in the words of dbt', async () => {
    await world.put('run_results.json', runResultsOf([{ id: ORDERS, status: 'error', message: 'no such table' }]))
    expect(await model()).toMatch(/^unknown/)
    expect(await world.wordsOf(ORDERS)).toContain('no such table')
  })

  it('that was skipped names what failed above it', async () => {
    await world.put(
      'run_results.json',
      runResultsOf([
        { id: ORDERS, status: 'error', message: 'no such table' },
        { id: REVENUE, status: 'skipped', at: null },
      ]),
    )
    expect(await world.wordsOf(REVENUE)).toBe(`dbt skipped it at 2026-11-29T03:10Z, because ${ORDERS} failed: no such table`)
    expect(await model(REVENUE)).not.toMatch(/^fresh/)
  })

  it('whose test failed is loaded, says so, and what was skipped for that names the test', async () => {
    const at = '2026-11-29T11:00:00Z'
    const results = [
      { id: ORDERS },
      { id: TEST, status: 'fail', message: 'Got 3 results, configured to fail if != 0' },
      { id: REVENUE, status: 'skipped' },
    ]
    await world.put('run_results.json', runResultsOf(results, { at }))
    expect(await model()).toBe('fresh/on-time')
    expect(await world.wordsOf(ORDERS)).toContain('Test not_null_orders failed at 2026-11-29T11:00Z: Got 3 results')
    expect(await world.wordsOf(REVENUE)).toContain(`because ${TEST} failed: Got 3 results`)
  })

  it('of which some batches failed is not loaded whole', async () => {
    await world.put('run_results.json', built('2026-11-29T02:00:00Z'))
    await world.look(ORDERS)
    await world.put('run_results.json', runResultsOf([{ id: ORDERS, status: 'partial success' }], { at: '2026-11-29T11:00:00Z' }))
    expect(await model()).toMatch(/^late/)
  })

  it('that a run did not select, and tests run alone, keep what is known of it', async () => {
    world.watch(ORDERS).watch(REVENUE)
    await world.put('run_results.json', runResultsOf([{ id: ORDERS }, { id: REVENUE }], { at: '2026-11-29T10:00:00Z' }))
    await world.look(ORDERS)
    await world.put('run_results.json', runResultsOf([{ id: REVENUE }], { at: '2026-11-29T11:00:00Z' }))
    expect(await model()).toBe('fresh/on-time')
    await world.put(
      'run_results.json',
      runResultsOf([{ id: TEST, status: 'pass' }], { at: '2026-11-29T11:30:00Z', args: { which: 'test' } }),
    )
    expect(await model()).toBe('fresh/on-time')
    world.clock.set('2026-11-29T16:30:00Z')
    expect(await model()).toMatch(/^late/)
    expect(world.statusNow(REVENUE, AGE)).toBe('fresh/on-time')
  })

  it('that no run was seen to build is unknown', async () => {
    await world.put('run_results.json', runResultsOf([{ id: REVENUE }]))
    expect(await model()).toMatch(/^unknown/)
    expect(await world.wordsOf(ORDERS)).toBe('No run of dbt whose results were seen has built it.')
  })

  it('does not go back, nor on, by results that are older than those known', async () => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    await world.look(ORDERS)
    await world.put(
      'run_results.json',
      runResultsOf([{ id: ORDERS, status: 'error', message: 'long ago' }], { at: '2026-11-28T11:00:00Z' }),
    )
    expect(await model()).toBe('fresh/on-time')
    expect(await world.wordsOf(ORDERS)).toBe('')
    await world.put('run_results.json', built('2026-11-28T11:00:00Z'))
    expect(await model()).toBe('fresh/on-time')
    expect(world.correctionsOf(ORDERS)).toBe(0)
  })

  it('built by a clock that is ahead is not believed until then', async () => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    await world.look(ORDERS)
    await world.put('run_results.json', built('2027-11-29T11:00:00Z'))
    expect(await model()).toBe('fresh/on-time')
    expect(await world.wordsOf(ORDERS)).toContain('made in the future')
    world.clock.set('2026-11-29T17:30:00Z')
    expect(await model()).toMatch(/^late/)
  })

  it('that was built with nothing new is fresh, and says that nothing came', async () => {
    const at = '2026-11-29T11:00:00Z'
    await world.put('run_results.json', runResultsOf([{ id: ORDERS, rows: 0 }], { at }))
    expect(await model()).toBe('fresh/idle')
    await world.put('run_results.json', runResultsOf([{ id: ORDERS, rows: 5, at: '2026-11-29T11:30:00Z' }], { at: '2026-11-29T11:31:00Z' }))
    expect(await model()).toBe('fresh/on-time')
  })

  it('that is a view proves no load of what it shows', async () => {
    await world.put('manifest.json', manifestOf([{ id: ORDERS, more: { config: { materialized: 'view' } } }]))
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    expect(await world.look(ORDERS)).toMatchObject({ evidence: { strength: 'weak' } })
  })

  it('that is ephemeral, and an exposure, hold nothing by themselves', async () => {
    await world.put(
      'manifest.json',
      manifestOf([
        { id: ORDERS, more: { config: { materialized: 'ephemeral' } } },
        { id: 'exposure.shop.weekly', from: [ORDERS] },
      ]),
    )
    await world.put('run_results.json', runResultsOf([{ id: 'exposure.shop.weekly', status: 'no-op' }]))
    for (const id of [ORDERS, 'exposure.shop.weekly']) expect(await world.look(id)).toMatchObject({ ok: true, readings: [] })
  })
})
