import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { getAssetPage } from '#lib/queries/pages/asset-page.ts'
import { openTwoGroups } from '#lib/testing/worlds/two-groups-world.ts'

const MARK = `hidden${randomUUID().slice(0, 8)}`
let world: Awaited<ReturnType<typeof openTwoGroups>>

/** The table lake/records, written by a run of ours, looked at, told of by a hidden system, and pushed. */
beforeAll(async () => {
  world = await openTwoGroups(MARK, { crosses: true })
  await world.everything.whole.query(`
    insert into evidence (id, method, strength, detail, cost_ms) values (91, 'counters', 'weak', '', 10), (92, 'artifact', 'strong', 'As ${MARK} tells.', 1000), (93, 'artifact', 'strong', '', 1000);
    insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind, evidence_id)
    select 4, 'loadedAt', now() - ago, now() - ago, source, now() - ago, 'arrival', evidence from (values
      ('connection:lake', interval '1 hour', 91), ('connection:${MARK}-source', interval '2 hours', 92), ('push:airflow', interval '3 hours', 93)
    ) as told(source, ago, evidence)`)
})
afterAll(() => world.database.drop())

const loads = async (ctx: Context) => {
  const page = await getAssetPage(ctx, 'lake/records')
  return (page?.told ?? [])
    .filter(({ clock }) => clock === 'loadedAt')
    .map(({ teller, method, strength, costMs, counts, stand }) => ({ teller, method, strength, costMs, counts, stand }))
}

describe('what is known of each clock', () => {
  it('stands side by side by who says it, with how they know and what it costs', async () => {
    const [counting, ...others] = await loads(world.everything)
    expect(counting).toEqual({ teller: { kind: 'ledger' }, method: null, strength: null, costMs: null, counts: true, stand: 'counts' })
    expect(others.map(({ teller, method, strength, costMs }) => [teller, method, strength, costMs])).toEqual([
      [{ kind: 'connection', name: 'lake' }, 'counters', 'weak', 10],
      [{ kind: 'connection', name: `${MARK}-source` }, 'artifact', 'strong', 1000],
      [{ kind: 'push', name: 'airflow' }, 'artifact', 'strong', 1000],
    ])
    expect(others.map(({ stand }) => stand.replace(/\d+ .*(earlier)/, 'so much $1'))).toEqual([
      'so much earlier, by weaker evidence',
      'so much earlier',
      'so much earlier',
    ])
  })

  it('leads to the run that told it last, also to that of another system', async () => {
    const { whole } = world.everything
    await whole.query(`
      insert into arrival (asset_id, clock, at, recorded_at, source, happened_at, kind, run_id)
      select 4, 'writtenAt', placed_at, placed_at, 'job:lake', placed_at, 'arrival', id from external_run where external_id = 'records'`)
    const { rows } = await whole.query("select id from external_run where external_id = 'records'")
    const told = (await getAssetPage(world.records, 'lake/records'))?.told.filter(({ teller }) => teller.kind === 'job')
    expect(told?.map(({ teller, runId }) => [teller, runId])).toEqual([[{ kind: 'job', name: 'lake' }, rows[0].id]])
    await whole.query("delete from arrival where source = 'job:lake'")
  })

  it('names no connection that the reader does not see, whose word stands there all the same', async () => {
    const all = await loads(world.everything)
    const told = await loads(world.records)
    expect(told).toEqual(all.map((line) => (JSON.stringify(line).includes(MARK) ? { ...line, teller: { kind: 'unseen' } } : line)))
    const [whole, seen] = [await getAssetPage(world.everything, 'lake/records'), await getAssetPage(world.records, 'lake/records')]
    expect([JSON.stringify(whole?.arrivals), JSON.stringify(seen)].map((text) => text.includes(MARK))).toEqual([true, false])
  })
})
