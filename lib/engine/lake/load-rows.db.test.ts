import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { counts, createLoadBench, type LoadBench, PERMITS, permit, runId } from '#lib/testing/runs/load-bench.ts'
import type { LoadSpec } from './load-spec.ts'

let bench: LoadBench
const load: LoadBench['load'] = (...given) => bench.load(...given)
const content: LoadBench['content'] = (...given) => bench.content(...given)
beforeAll(async () => {
  bench = await createLoadBench()
})
afterAll(() => bench?.close())
beforeEach(() => bench.forget())

describe('merge', () => {
  it('writes what is new and what differs, and nothing else', async () => {
    await load([permit(1), permit(2), permit(3, 'P3', null)])
    const first = bench.lastRun()
    expect(await load([permit(2, 'NEW'), permit(3, 'P3', null), permit(4)])).toEqual(
      counts({ seen: 3, inserted: 1, changed: 1, unchanged: 1 }),
    )
    expect(await content()).toEqual(['1 P1 2026-12-31', '2 NEW 2026-12-31', '3 P3 ', '4 P4 2026-12-31'])
    const writers = await content('id, run_id::text')
    expect(writers).toEqual([`1 ${first}`, `2 ${bench.lastRun()}`, `3 ${first}`, `4 ${bench.lastRun()}`])
  })

  it('takes the last of several rows with one key, and counts the others', async () => {
    expect(await load([permit(1, 'A'), permit(2), permit(1, 'B'), permit(1, 'C')])).toEqual(counts({ seen: 4, inserted: 2, duplicates: 2 }))
    expect(await content('id, plate')).toEqual(['1 C', '2 P2'])
  })

  it('tells rows apart by several columns', async () => {
    const key = ['id', 'plate']
    await load([permit(1, 'A'), permit(1, 'B')], { key })
    expect(await load([permit(1, 'A', null), permit(1, 'C')], { key })).toEqual(counts({ seen: 2, inserted: 1, changed: 1 }))
  })

  it('has nothing to compare when every column is the key', async () => {
    const spec = { columns: [{ name: 'id', type: 'integer' as const }] }
    await load([{ id: 1 }], spec)
    expect(await load([{ id: 1 }, { id: 2 }], spec)).toEqual(counts({ seen: 2, inserted: 1, unchanged: 1 }))
  })

  it('refuses rows without a key', async () => {
    await expect(load([permit(1), { id: null, plate: 'x', until: null }])).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('1 rows for parking.permits have no id'),
    })
    await expect(load([{ plate: 'x' }], { columns: null })).rejects.toMatchObject({
      publicMessage: expect.stringContaining('No row for parking.permits has id'),
    })
  })
})

describe.each(['merge', 'append'] as const)('%s of nothing', (mode) => {
  it.each([PERMITS.columns, null])('is refused, and changes nothing where it is allowed: %j', async (columns) => {
    await load([permit(1)], { columns, key: [], mode: 'append' })
    const spec = { mode, columns, key: mode === 'merge' ? ['id'] : [] }
    await expect(load([], spec)).rejects.toMatchObject({
      code: 'refused',
      publicMessage: 'There is no row to load. parking.permits keeps its 1 rows. If that is right, run the flow with allowEmpty.',
    })
    expect(await load([], { ...spec, allowEmpty: true })).toEqual(counts({}))
    expect(await content('id')).toEqual(['1'])
  })
})

describe('append', () => {
  it('adds rows each time', async () => {
    const spec = { mode: 'append' as const, key: [] }
    await load([permit(1), permit(1)], spec)
    expect(await load([permit(1), permit(2)], spec)).toEqual(counts({ seen: 2, inserted: 2 }))
    expect(await content('id')).toEqual(['1', '1', '1', '2'])
  })
})

describe('replace', () => {
  const replace = (rows: readonly JsonObject[], spec: Partial<LoadSpec> = {}) => load(rows, { mode: 'replace', ...spec })

  it.each([
    ['with a key', ['id']],
    ['without one', []],
  ])('%s leaves rows that are the same as they were', async (_name, key) => {
    await replace([permit(1), permit(2), permit(3)], { key })
    const first = bench.lastRun()
    const result = await replace([permit(3), permit(1), permit(2, 'NEW')], { key })
    expect(result).toEqual(
      key.length > 0 ? counts({ seen: 3, changed: 1, unchanged: 2 }) : counts({ seen: 3, inserted: 1, unchanged: 2, deleted: 1 }),
    )
    expect(await content('id, plate, run_id::text')).toEqual([`1 P1 ${first}`, `2 NEW ${bench.lastRun()}`, `3 P3 ${first}`])
    expect(await replace([permit(1), permit(2, 'NEW'), permit(3)], { key })).toEqual(counts({ seen: 3, unchanged: 3 }))
  })

  it('takes away what was not sent', async () => {
    await replace([permit(1), permit(2), permit(3)])
    expect(await replace([permit(2), permit(4)])).toEqual(counts({ seen: 2, inserted: 1, unchanged: 1, deleted: 2 }))
    expect(await content('id')).toEqual(['2', '4'])
  })

  it('without a key keeps as many rows of one content as were sent', async () => {
    const many = (n: number) => Array.from({ length: n }, () => permit(1, 'same', null))
    expect(await replace(many(3), { key: [] })).toEqual(counts({ seen: 3, inserted: 3 }))
    expect(await replace([...many(2), permit(2)], { key: [] })).toEqual(counts({ seen: 3, inserted: 1, unchanged: 2, deleted: 1 }))
    expect(await replace(many(4), { key: [] })).toEqual(counts({ seen: 4, inserted: 2, unchanged: 2, deleted: 1 }))
  })

  it.each([{ key: [] }, { key: ['id'] }])(
    '%j empties a column whose field is in no row any more, where the answer names the columns',
    async ({ key }) => {
      const open = { key, columns: null }
      await replace([{ id: 1, plate: 'A', until: 'x' }], open)
      await bench.admin.query("alter table parking.permits add column remark text default 'ours', add column number integer")
      await bench.admin.query('update parking.permits set number = 7')
      expect(await replace([{ id: 1, plate: 'A' }], open)).toMatchObject({ unchanged: 0 })
      expect(await content('id, plate, until, remark')).toEqual(['1 A  ours'])
      expect(await replace([{ id: 1, plate: 'A' }], open)).toMatchObject({ unchanged: 1 })
    },
  )

  it('refuses an empty answer, unless it is allowed', async () => {
    await expect(replace([])).rejects.toMatchObject({
      code: 'refused',
      publicMessage: 'There is no row to load. If that is right, run the flow with allowEmpty.',
    })
    await replace([permit(1)])
    await expect(replace([])).rejects.toMatchObject({ publicMessage: expect.stringContaining('parking.permits keeps its 1 rows') })
    await expect(replace([], { columns: null })).rejects.toMatchObject({ publicMessage: expect.stringContaining('keeps its 1 rows') })
    expect(await replace([], { allowEmpty: true })).toEqual(counts({ deleted: 1 }))
    await replace([permit(1)])
    expect(await replace([], { allowEmpty: true, columns: null })).toEqual(counts({ deleted: 1 }))
  })

  it('refuses an answer that has shrunk to half, counted without duplicates', async () => {
    await replace([1, 2, 3, 4].map((id) => permit(id)))
    const words = expect.stringContaining('The answer holds 2 rows, parking.permits 4. That is too few to be true')
    await expect(replace([permit(1), permit(2), permit(2)])).rejects.toMatchObject({ code: 'refused', publicMessage: words })
    expect(await content('id')).toEqual(['1', '2', '3', '4'])
    expect(await replace([permit(1), permit(2)], { shrinkRatio: 0.2 })).toMatchObject({ deleted: 2 })
  })

  it('is seen whole by those who read meanwhile: the old rows, then the new ones', async () => {
    await replace(Array.from({ length: 50 }, (_, i) => permit(i, 'old')))
    const reader = await bench.newRun()
    const seen = new Set<string>()
    let reading = true
    const watch = async () => {
      while (reading) {
        const [row] = await reader.query<{ look: string }>(
          "select count(*) || ' ' || string_agg(distinct plate, '+') as look from parking.permits",
        )
        seen.add(row?.look ?? '')
      }
    }
    const watching = watch()
    await bench.lakeOf('another', 1, { runId: runId(9000) }).then((lake) =>
      lake.load(
        { ...PERMITS, mode: 'replace' },
        Array.from({ length: 40 }, (_, i) => permit(i + 20, 'new')),
      ),
    )
    await reader.query('select 1')
    reading = false
    await watching
    expect([...seen].filter((look) => look !== '50 old' && look !== '40 new')).toEqual([])
    expect(await content('count(*), min(plate)')).toEqual(['40 new'])
  })
})
