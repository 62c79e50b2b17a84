import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { manifestOf, runResultsOf, SHOP, shopManifest, sourcesOf } from '#lib/testing/connectors/dbt-artifacts.ts'
import { DbtWorld } from '#lib/testing/connectors/dbt-world.ts'
import { anAge } from '#lib/testing/history/domain-builders.ts'

const NOW = '2026-11-29T12:00:00Z'
const AGE = anAge({ lateAfterMs: 6 * HOUR_MS, staleAfterMs: 24 * HOUR_MS })
const { source: SOURCE, other: OTHER, orders: ORDERS, revenue: REVENUE } = SHOP

let world: DbtWorld
beforeEach(async () => {
  world = await DbtWorld.begin(NOW)
  await world.put('manifest.json', shopManifest())
})
afterEach(() => world.end())

const source = () => world.status(SOURCE, AGE)
const model = (id: string = ORDERS) => world.status(id, AGE)
const measured = (newest: string, at = '2026-11-29T11:50:00Z', id: string = SOURCE) => sourcesOf([{ id, newest, measuredAt: at }], { at })
const built = (at: string, more = {}) => runResultsOf([{ id: ORDERS, at }], { at, ...more })

describe('the project', () => {
  it('that has no such node any more says so, unless its manifest is older than one that was seen', async () => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    await world.look(ORDERS)
    await world.put('manifest.json', manifestOf([{ id: REVENUE }], { at: '2026-11-28T00:00:00Z' }))
    expect(await world.look(ORDERS)).toEqual(
      expect.objectContaining({ ok: false, publicMessage: expect.stringContaining('older than the one') }),
    )
    expect(await world.look(ORDERS)).not.toHaveProperty('lasting')
    await world.put('manifest.json', manifestOf([{ id: REVENUE }], { at: '2026-11-29T11:30:00Z' }))
    expect(await world.look(ORDERS)).toMatchObject({ ok: false, lasting: 'gone' })
  })

  it('whose manifest is just being written is read again', async () => {
    const whole = JSON.stringify(shopManifest())
    await world.put('manifest.json', whole.slice(0, 300))
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    world.meanwhile = () => world.put('manifest.json', whole)
    expect(await world.look(ORDERS)).toMatchObject({ ok: true })
  })

  it('whose manifest stays half written is refused in words', async () => {
    await world.put('manifest.json', JSON.stringify(shopManifest()).slice(0, 300))
    await expect(world.look(ORDERS)).rejects.toMatchObject({
      publicMessage: expect.stringContaining('manifest.json of the dbt project (shop) ends in the middle'),
    })
  })

  it('whose results cannot be used still tells of its sources, and the other way round', async () => {
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    await world.put('run_results.json', '<html>proxy</html>')
    expect(await source()).toBe('fresh/on-time')
    expect(await world.wordsOf(ORDERS)).toContain('run_results.json of the dbt project (shop) cannot be used')
    await world.put('sources.json', {
      metadata: { dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v1.json', generated_at: NOW },
    })
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    expect(await model()).toBe('fresh/on-time')
    await world.put('run_results.json', '<html>proxy</html>')
    expect(await world.wordsOf(ORDERS)).toContain('run_results.json of the dbt project (shop) cannot be used')
    world.watch(SOURCE)
    expect(await world.wordsOf(SOURCE)).toContain('it is sources v1, and v3 can be read')
  })

  it('mixes artifacts of several invocations, each judged by its own time', async () => {
    await world.put('manifest.json', shopManifest('2026-11-29T11:55:00Z'))
    await world.put('run_results.json', built('2026-11-29T03:00:00Z'))
    await world.put('sources.json', measured('2026-11-29T11:00:00+00:00'))
    expect([await model(), await source()]).toEqual([expect.stringMatching(/^late/), 'fresh/on-time'])
  })

  it.each(['generate', 'test', 'compile'])('in which %s has written over what a build left says so when it is checked', async (which) => {
    await world.put('run_results.json', built('2026-11-29T11:00:00Z'))
    expect(await world.check()).toMatchObject({ ok: true, detail: 'The manifest of shop on postgres is there: 4 nodes.' })
    await world.put('run_results.json', built('2026-11-29T11:05:00Z', { args: { which } }))
    expect(await world.check()).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/loads nothing, .* --no-compile, and test with dbt build\.$/),
    })
  })

  it('is found with its jobs and labels, and checked by its manifest', async () => {
    expect(await world.check()).toMatchObject({ ok: true, detail: 'The manifest of shop on postgres is there: 4 nodes.' })
    expect((await world.discover()).map(({ path }) => path).sort()).toEqual([ORDERS, REVENUE, SOURCE, OTHER].sort())
    await world.take('manifest.json')
    expect(await world.check()).toMatchObject({ ok: false, detail: expect.stringContaining('has no manifest.json') })
  })

  it('tells of its last invocation as a run, with what went wrong and for whom', async () => {
    const at = '2026-11-29T11:00:00Z'
    const results = [{ id: SOURCE }, { id: ORDERS, status: 'error', message: 'no such table' }, { id: REVENUE, status: 'skipped' }]
    await world.put('run_results.json', runResultsOf(results, { at }))
    expect(await world.runs('2026-11-29T00:00:00Z')).toMatchObject([
      { job: 'shop', state: 'failed', endedAt: Date.parse(at), error: `${ORDERS}: no such table\n\n1 skipped.`, writes: [ORDERS, REVENUE] },
    ])
    await world.put('run_results.json', runResultsOf([{ id: ORDERS }], { at }))
    expect(await world.runs('2026-11-29T00:00:00Z')).toMatchObject([{ state: 'completed', error: null, writes: [ORDERS] }])
  })

  it.each([
    ['that loads nothing', { args: { which: 'compile' } }],
    ['of the future', { at: '2027-01-01T00:00:00Z' }],
    ['that is older than what was asked for', { at: '2026-11-28T00:00:00Z' }],
  ])('tells of no run by an invocation %s', async (_, more) => {
    await world.put('run_results.json', runResultsOf([{ id: ORDERS }], { at: '2026-11-29T11:00:00Z', ...more }))
    expect(await world.runs('2026-11-29T00:00:00Z')).toEqual([])
  })
})
