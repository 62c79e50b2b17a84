import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { STORE_NOW, startS3World } from '#lib/testing/connectors/s3-world.ts'

const world = await startS3World()
const { standIn } = world
const HOUR = 3_600_000

afterAll(() => standIn.close())
afterEach(() => {
  standIn.control.clear()
  standIn.control.requests.length = 0
})

async function seen(path: string, settings: Record<string, unknown> = {}) {
  const observation = (await world.look({ [path]: settings })).get(path)
  if (observation?.ok !== true) throw new Error(observation?.publicMessage ?? 'no observation')
  return { ...observation, at: observation.readings[0]?.at }
}

describe('looking at files in a store', () => {
  it('takes the newest below a path, whatever the order of names, and says which it is', async () => {
    standIn.put('a', 'in/a.csv', 'newest', STORE_NOW - HOUR)
    standIn.put('a', 'in/sub/z.csv', 'older', STORE_NOW - 2 * HOUR)
    standIn.put('a', 'in-archive/b.csv', 'beside', STORE_NOW)
    standIn.put('a', 'in/', '', STORE_NOW)
    expect(await seen('a/in')).toMatchObject({
      at: STORE_NOW - HOUR,
      evidence: { method: 'metadata', strength: 'strong', detail: 'in/a.csv, the newest of 2 files, has 6 bytes.' },
      readings: [{ clock: 'writtenAt', precision: 'instant' }],
      rows: null,
      warnings: [],
    })
  })

  it('takes one file by its name, those of a template, and those that a pattern fits', async () => {
    for (const [i, key] of [
      't/terms_2026-11-18.csv',
      't/terms_2026-11-19.csv',
      't/terms_latest.csv',
      't/sub/terms_2026-11-20.csv',
    ].entries())
      standIn.put('b', key, 'x', STORE_NOW - (9 - i) * HOUR)
    expect(await seen('b/t/terms_2026-11-18.csv')).toMatchObject({ at: STORE_NOW - 9 * HOUR })
    expect(await seen('b/t/terms_{date}.csv')).toMatchObject({ at: STORE_NOW - 8 * HOUR })
    expect(await seen('b/t', { match: '*.csv' })).toMatchObject({ at: STORE_NOW - 7 * HOUR })
    expect(await seen('b', { match: '**/terms_*.csv' })).toMatchObject({ at: STORE_NOW - 6 * HOUR })
    expect(await seen('b/t', { match: '*.json' })).toMatchObject({ at: null })
  })

  it('knows an empty place from one that is not there, and does not count empty files', async () => {
    standIn.bucket('c')
    expect(await seen('c/in')).toMatchObject({ at: null })
    standIn.put('c', 'in/_SUCCESS', '', STORE_NOW)
    expect(await seen('c/in')).toMatchObject({ at: null, warnings: ['in/_SUCCESS is empty and does not count'] })
    standIn.put('c', 'in/a.csv', 'x', STORE_NOW - HOUR)
    expect(await seen('c/in')).toMatchObject({ at: STORE_NOW - HOUR })
    const missing = await world.look({ 'nowhere/in': {} })
    expect(missing.get('nowhere/in')).toMatchObject({ ok: false, lasting: 'gone' })
  })

  it('calls files that were there and went gone, unless receivers take them away', async () => {
    standIn.put('d', 'in/a.csv', 'x', STORE_NOW - HOUR)
    standIn.put('d', 'in/b.csv', 'x', STORE_NOW - 2 * HOUR)
    await seen('d/in')
    await seen('d/in', { pickedUp: true })
    standIn.remove('d', 'in/a.csv')
    // The older one is no news of anything, where files are taken away.
    expect(await seen('d/in', { pickedUp: true })).toMatchObject({ readings: [] })
    expect(await seen('d/in')).toMatchObject({ at: STORE_NOW - 2 * HOUR })
    standIn.remove('d', 'in/b.csv')
    expect(await seen('d/in', { pickedUp: true })).toMatchObject({ readings: [] })
    expect((await world.look({ 'd/in': {} })).get('d/in')).toMatchObject({ ok: false, lasting: 'gone' })
    standIn.put('d', 'in/c.csv', 'x', STORE_NOW)
    expect(await seen('d/in', { pickedUp: true })).toMatchObject({ at: STORE_NOW })
  })

  it('keeps a time in the future as the store tells it', async () => {
    standIn.put('e', 'in/a.csv', 'x', STORE_NOW + HOUR)
    expect(await seen('e/in')).toMatchObject({ at: STORE_NOW + HOUR })
  })

  it('fails for one asset without failing for the others', async () => {
    standIn.put('f', 'in/a.csv', 'x', STORE_NOW)
    const looked = await world.look({ 'nowhere/x': {}, 'f/in': {}, 'f/{nonsense}/{date}': {} })
    expect([...looked].map(([path, { ok }]) => [path, ok]).sort()).toEqual([
      ['f/in', true],
      ['f/{nonsense}/{date}', false],
      ['nowhere/x', false],
    ])
  })

  it('looks at a thousand places', async () => {
    for (let i = 0; i < 1_000; i++) standIn.put('many', `p${i}/a.csv`, 'x', STORE_NOW - i * 1_000)
    const looked = await world.look(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`many/p${i}`, {}])))
    expect(looked.size).toBe(1_000)
    expect([...looked.values()].filter(({ ok }) => !ok)).toEqual([])
  }, 60_000)

  it('waits for the store where it asks for patience, and is blind where it goes on', async () => {
    standIn.put('g', 'in/a.csv', 'x', STORE_NOW)
    standIn.control.set('slow-down', 2)
    expect(await seen('g/in')).toMatchObject({ at: STORE_NOW })
    standIn.control.set('slow-down')
    await expect(world.look({ 'g/in': {} })).rejects.toMatchObject({ retryable: true, systemWide: true })
  })
})

describe('discovering what lies in a store', () => {
  it('finds folders with files, and those that come by date as one', async () => {
    for (const key of [
      'top.csv',
      'sis/terms/a.csv',
      'sis/readme.txt',
      'log/date=2026-11-19/a',
      'log/date=2026-11-20/b',
      'by/2026/11/20/c.csv',
      'sis/2026-11-20/a.csv',
      'odd/{x}/a',
    ])
      standIn.put('disc', key, 'x')
    const found = await Array.fromAsync(world.session({ buckets: ['disc'] }).discover('UTC'))
    expect(found.map(({ path }) => path)).toEqual(['disc', 'disc/by', 'disc/log', 'disc/sis', 'disc/sis/terms'])
    expect(found[4]).toMatchObject({ kind: 'source', name: 'terms', group: 'disc', labels: { bucket: 'disc', folder: 'sis/terms' } })
  })
})
