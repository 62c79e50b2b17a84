import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'
import { getLineagePage } from './lineage-page.ts'
import { getLineageStart } from './lineage-start.ts'

const MARK = `hidden${randomUUID().slice(0, 8)}`
const LATE = '2026-11-02T00:00:00Z'
let world: Awaited<ReturnType<typeof openTwoGroups>>
let everything: Context
let records: Context

beforeAll(async () => {
  world = await openTwoGroups(MARK, { crosses: true })
  ;({ everything, records } = world)
  // What lies behind the seen source turned on 1 November; what is made of it here a day later.
  await everything.whole.query(
    "insert into status_span (subject_id, status, reason, from_at) select x, 'late', 'overdue', $1 from unnest('{3,4}'::int[]) x",
    [LATE],
  )
})
afterAll(() => world.database.drop())

const start = (ctx: Context, group: string | null = null) => getLineageStart(ctx, { q: null, group })

describe('the lineage around an asset', () => {
  it('is its neighbours with who says so, what is written down first, and the path to the root', async () => {
    const found = await getLineagePage(everything, 'lake/records')
    expect(found?.drawn).toMatchObject([
      { id: 4, side: 'focus', hop: 0 },
      { id: 3, side: 'upstream', hop: 1, asset: { key: 'records-source/all', status: 'late' } },
      { id: 13, side: 'downstream', hop: 1 },
      { side: 'upstream', hop: 2, asset: { key: `lake/${MARK}`, status: 'stale' } },
    ])
    expect(found?.edges).toContainEqual({ upstreamId: 3, downstreamId: 4, origins: ['flow', 'openlineage'] })
    expect(found?.paths.map(({ steps }) => steps.map(({ key }) => key))).toEqual([[`lake/${MARK}`, 'records-source/all', 'lake/records']])
    expect(found?.unseen).toEqual([])
  })

  it('is read by twelve statements at most, with what it comes down to', async () => {
    for (const ctx of [everything, records]) {
      const asked = vi.spyOn(ctx.pool, 'query')
      await getLineagePage(ctx, 'lake/records')
      expect(asked.mock.calls.length).toBeLessThanOrEqual(12)
      asked.mockRestore()
    }
  })

  it('counts what is not drawn where it would stand', async () => {
    const many = Array.from({ length: 30 }, (_, position) => 100 + position)
    const values = many.map((id) => `(${id}, 'asset', 'lake/tile${id}', 'Tile ${id}', now())`).join(', ')
    await everything.whole.query(`insert into subject (id, kind, key, name, created_at) values ${values}`)
    await everything.whole.query(
      `insert into asset (subject_id, feed_id, asset_kind, connection_key, path) select x, 2, 'consumer', 'lake', 'tile' || x from unnest($1::int[]) x`,
      [many],
    )
    await everything.whole.query(edgesInSql(...many.map((id): [number, number] => [4, id])))
    await everything.whole.query("insert into status_span (subject_id, status, reason, from_at) values (129, 'stale', 'overdue', now())")
    const found = await getLineagePage(records, 'lake/records')
    expect(found?.drawn.filter(({ side }) => side === 'downstream')).toHaveLength(20)
    expect(found?.drawn.map(({ id }) => id)).toContain(129)
    expect(found?.cut).toEqual([{ id: 4, side: 'downstream', more: 10 }])
    await everything.whole.query('delete from lineage_edge where downstream_id >= 100')
  })

  it('draws what discovery found beside it and nobody took over, for who sees everything', async () => {
    const found = (path: string) => `('lake', '${path}', 'table', '${path}', now(), now())`
    await everything.whole.query(
      `insert into found_asset (connection_key, path, kind, name, found_at, changed_at) values ${['records', 'raw', 'view', 'keys'].map(found).join(', ')} on conflict do nothing`,
    )
    const edge = (path: string, upstream: string, hint: string) => `('lake', '${path}', '${upstream}', '${hint}', now())`
    await everything.whole.query(
      `insert into found_edge (connection_key, path, upstream, hint, found_at)
       values ${[edge('records', 'raw', 'dbt'), edge('view', 'records', 'view'), edge('records', 'keys', 'foreign-key')].join(', ')}`,
    )
    // What else its source goes into is no lineage of it.
    await everything.whole.query(
      `insert into found_asset (connection_key, path, kind, name, found_at, changed_at) values ('records-source', 'beside', 'table', 'beside', now(), now());
       insert into found_edge (connection_key, path, upstream, hint, found_at) values ('records-source', 'beside', 'all', 'view', now())`,
    )
    expect((await getLineagePage(everything, 'records-source/all'))?.found).toMatchObject([{ path: 'beside' }, { path: 'view' }])
    expect((await getLineagePage(everything, 'lake/records'))?.found).toEqual([
      { assetId: 4, isUpstream: false, connection: 'lake', path: 'view', name: 'view', kind: 'table', origin: 'view' },
      { assetId: 4, isUpstream: true, connection: 'lake', path: 'raw', name: 'raw', kind: 'table', origin: 'dbt' },
    ])
    expect((await getLineagePage(records, 'lake/records'))?.found).toEqual([])
  })

  it('draws no thing beside the asset that it is, as its teller calls it where it lies', async () => {
    const { rows } = await everything.whole.query("select id from subject where key = 'records-source/all'")
    const before = (await getLineagePage(everything, 'records-source/all'))?.found.map(({ path }) => path)
    await everything.whole.query(
      `insert into found_asset (connection_key, path, kind, name, found_at, changed_at, labels)
         values ('records-source', 'model.records', 'table', 'records', now(), now(), '{"relation": "DB.RECORDS"}');
       insert into found_edge (connection_key, path, upstream, hint, found_at) values ('records-source', 'model.records', 'all', 'dbt', now())`,
    )
    const shown = async () => (await getLineagePage(everything, 'records-source/all'))?.found.map(({ path }) => path)
    expect(await shown()).toEqual([...(before ?? []), 'model.records'].sort())
    await everything.whole.query(
      `insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at) values (${rows[0]?.id}, 4, 'dbt', 'connection:records-source', now())`,
    )
    expect(await shown()).toEqual(before)
    await everything.whole.query(
      "delete from lineage_edge where told_by = 'connection:records-source'; delete from found_asset where path = 'model.records'; delete from found_edge where path = 'model.records'",
    )
  })

  it('tells who does not see a neighbour that there is one and how it stands, in the drawing and on the path', async () => {
    const found = await getLineagePage(records, 'lake/records')
    expect(found?.unseen).toMatchObject([
      { assetId: 3, isUpstream: true, status: 'stale' },
      { assetId: 4, isUpstream: false },
    ])
    expect(found?.paths).toMatchObject([{ steps: [{ kind: 'unseen', status: 'stale' }, { id: 3 }, { id: 4 }] }])
    expect(JSON.stringify(found)).not.toContain(MARK)
    expect(await getLineagePage(records, `lake/${MARK}`)).toBeNull()
  })
})

describe('where the lineage begins', () => {
  it('is what turned first of all that is broken, with how much it holds', async () => {
    const roots = (await start(everything))?.roots
    expect(roots?.find(({ key }) => key === `lake/${MARK}`)).toMatchObject({ status: 'stale', holds: 2 })
    expect(roots?.map(({ key }) => key)).not.toContain('lake/records')
  })

  it('is for a group what stands behind its trouble, and for who sees less what of that they see', async () => {
    expect((await start(everything, 'records'))?.roots[0]).toMatchObject({ key: `lake/${MARK}` })
    const seen = await start(records)
    expect(seen?.roots[0]).toMatchObject({ kind: 'unseen', name: UNSEEN_FIRST, holds: 2 })
    expect(JSON.stringify(seen)).not.toContain(MARK)
    expect(await start(records, MARK)).toBeNull()
  })
})

it('a job that it comes down to is called as its own system calls it, in both, by who sees it', async () => {
  const job = `lake/${MARK}-job`
  await everything.whole.query("update asset set job = $1 where connection_key = 'lake' and path = $2", [job, MARK])
  await everything.whole.query(
    `insert into external_run (connection_key, job, external_id, state, placed_at, ended_at, told_by, told_at)
     values ('lake', '${MARK}-job', 'first', 'failed', '2026-10-31', '2026-10-31', 'connection:lake', '2026-10-31')`,
  )
  const named = { kind: 'job', key: job, name: `${MARK} (${job})` }
  expect((await start(everything))?.roots).toContainEqual(expect.objectContaining(named))
  expect((await getLineagePage(everything, 'lake/records'))?.paths[0]?.steps[0]).toMatchObject(named)
  expect(JSON.stringify([await start(records), await getLineagePage(records, 'lake/records')])).not.toContain(MARK)
})
