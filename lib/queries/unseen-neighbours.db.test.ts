import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { edgesInSql } from '#lib/testing/database/edges.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'
import { getApiPage, getListMark } from './api/list.ts'
import { ASSET_LIST } from './api/list-assets.ts'
import { LINEAGE_LIST } from './api/list-lineage.ts'
import { getAssetPage } from './pages/asset-page.ts'
import { getFeedPage } from './pages/feed-page.ts'
import { getRunView } from './runs/run-view.ts'
import { getUnseenNeighbours } from './shared/asset-rows.ts'

const MARK = `hidden${randomUUID().slice(0, 8)}`
let world: Awaited<ReturnType<typeof openTwoGroups>>
let everything: Context
let records: Context

beforeAll(async () => {
  world = await openTwoGroups(MARK, { crosses: true })
  ;({ everything, records } = world)
})
afterAll(() => world.database.drop())
const each = <T>(ids: readonly number[], ask: (id: number) => Promise<T>) => Promise.all(ids.map(ask))

describe('what lies before and after and is not seen', () => {
  it('is a system they may not see, of which it is said how it stands', async () => {
    const [source, table] = await each([3, 4], async (id) => (await getUnseenNeighbours(records, [id]))[0])
    expect(source).toEqual({ assetId: 3, isUpstream: true, status: 'stale', since: Date.parse('2026-11-01') })
    expect(table).toEqual({ assetId: 4, isUpstream: false, status: null, since: null })
    expect(await getFeedPage(records, 'records-feed')).toMatchObject({ unseen: [{ assetId: 3 }, { assetId: 4 }] })
    expect(await getAssetPage(records, 'lake/records')).toMatchObject({ unseen: [{ isUpstream: false }] })
  })

  it('is told by the API as that, and nothing by which it could be known', async () => {
    const answer = { assets: await getApiPage(records, ASSET_LIST, {}), lineage: await getApiPage(records, LINEAGE_LIST, {}) }
    expect(answer.assets.items).toMatchObject([
      { key: 'records-source/all', upstream: [], unseenUpstream: true, unseenDownstream: false },
      { key: 'lake/records', downstream: [], unseenUpstream: false, unseenDownstream: true },
    ])
    expect(answer.lineage.items).toEqual([
      { upstream: null, downstream: 'records-source/all', origin: null, origins: [], since: null },
      {
        upstream: 'records-source/all',
        downstream: 'lake/records',
        origin: 'flow',
        origins: ['flow', 'openlineage'],
        since: '2026-01-01T00:00:00.000Z',
      },
      { upstream: 'lake/records', downstream: null, origin: null, origins: [], since: null },
    ])
    expect(JSON.stringify(answer)).not.toContain(MARK)
  })

  it('holds something back: what is seen of it is named, and of the rest neither name nor number is told', async () => {
    await everything.whole.query(`update asset set verdict = '{"blockedBy": [13, 3, 14]}' where subject_id = 4`)
    const blocked = async (reader: Context) => (await getAssetPage(reader, 'lake/records'))?.asset
    const known = { key: 'records-source/all', name: 'records' }
    expect(await blocked(records)).toMatchObject({ blockers: [known], isBlockedUnseen: true })
    expect(JSON.stringify(await blocked(records))).not.toContain(MARK)
    const hidden = { key: `${MARK}-source/all`, name: MARK }
    expect(await blocked(everything)).toMatchObject({ blockers: [hidden, known, { key: `lake/${MARK}` }], isBlockedUnseen: false })
    expect((await getFeedPage(records, 'records-feed'))?.assets.find(({ id }) => id === 3)).toMatchObject({
      blockers: [],
      isBlockedUnseen: false,
    })
    await everything.whole.query('update asset set verdict = null where subject_id = 4')
  })

  it('is told by the API once for each side, however many there are, on whatever page of the list', async () => {
    await everything.whole.query(edgesInSql([13, 3]))
    expect((await getApiPage(records, LINEAGE_LIST, {})).items).toHaveLength(3)
    const first = await getApiPage(records, LINEAGE_LIST, { limit: 1 })
    const second = await getApiPage(records, LINEAGE_LIST, { limit: 1, cursor: first.next ?? '' })
    const third = await getApiPage(records, LINEAGE_LIST, { limit: 1, cursor: second.next ?? '' })
    expect([first, second, third].map(({ items }) => items.map(({ upstream }) => upstream))).toEqual([
      [null],
      ['records-source/all'],
      ['lake/records'],
    ])
    expect(third.next).toBeNull()
    // Neither does a cursor tell the number of what is not seen.
    expect(Buffer.from(first.next ?? '', 'base64url').toString()).toMatch(/0:3$/)
    expect((await getApiPage(records, LINEAGE_LIST, { asset: 'lake/records' })).items).toHaveLength(2)
    await everything.whole.query('delete from lineage_edge where upstream_id = 13')
  })

  it('is told by the API anew as soon as there is another', async () => {
    const before = await getListMark(records, LINEAGE_LIST, {})
    expect(await getListMark(records, LINEAGE_LIST, {})).toBe(before)
    await everything.whole.query(edgesInSql([4, 14, 'bi', 'connection:bi'], [3, 14, 'bi', 'connection:bi']))
    expect(await getListMark(records, LINEAGE_LIST, {})).not.toBe(before)
    await everything.whole.query("delete from lineage_edge where origin = 'bi'")
    expect(await getListMark(records, LINEAGE_LIST, {})).toBe(before)
  })

  it('is told by the API anew to those who see it, too, when it begins and when it ends', async () => {
    const marks = [await getListMark(everything, LINEAGE_LIST, {})]
    for (const change of [
      edgesInSql([13, 14, 'bi', 'connection:bi']),
      "update lineage_edge set to_at = '2026-02-01' where origin = 'bi'",
    ]) {
      await everything.whole.query(change)
      marks.push(await getListMark(everything, LINEAGE_LIST, {}))
    }
    expect(new Set(marks).size).toBe(3)
    await everything.whole.query("delete from lineage_edge where origin = 'bi'")
  })

  it('is told by the API by its key to who sees it', async () => {
    const { items } = await getApiPage(everything, LINEAGE_LIST, {})
    expect(items).toContainEqual({
      upstream: `lake/${MARK}`,
      downstream: 'records-source/all',
      origin: 'declared',
      origins: ['declared'],
      since: '2026-01-01T00:00:00.000Z',
    })
    expect(items.filter(({ upstream, downstream }) => upstream === null || downstream === null)).toEqual([])
    const [asset] = (await getApiPage(everything, ASSET_LIST, { key: 'lake/records' })).items
    expect(asset).toMatchObject({ downstream: [`${MARK}-source/all`], unseenUpstream: false, unseenDownstream: false })
  })

  it('is told by its name to who sees it', async () => {
    expect((await getFeedPage(everything, 'records-feed'))?.neighbours.map(({ key }) => key).sort()).toEqual([
      `${MARK}-source/all`,
      `lake/${MARK}`,
    ])
  })

  it('is named so where a run waits for it, and no link leads to its run', async () => {
    expect((await getRunView(records, world.runOf('records')))?.waitingFor).toBe(`Waits for the run of ${UNSEEN} that comes before it.`)
    const arrivals = async (ctx: Context) => (await getAssetPage(ctx, 'lake/records'))?.arrivals.map(({ runId }) => runId)
    expect(await arrivals(everything)).toContain(world.runOf(MARK))
    expect(await arrivals(records)).not.toContain(world.runOf(MARK))
  })
})
