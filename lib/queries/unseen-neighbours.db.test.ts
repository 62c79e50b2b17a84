import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { UNSEEN } from '#lib/domain/wording/words.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'
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
