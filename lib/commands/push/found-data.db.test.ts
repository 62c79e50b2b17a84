import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCatalogueTexts } from '#lib/commands/catalogue/load-catalogue.ts'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import { keepFound } from '#lib/commands/discovery/keep-found.ts'
import { recordLoadsBefore } from '#lib/commands/runs/record-external-runs.ts'
import push from '#lib/connectors/push.ts'
import type { Context } from '#lib/db/context.ts'
import { type IdentityIndex, indexIdentities } from '#lib/domain/lineage/identity.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { campusContracts } from '#lib/testing/catalogues/campus-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { handIn, LAKE_NAMESPACE, takeAll, toldEvent } from '#lib/testing/push/push-world.ts'
import { inForce } from '#lib/testing/worlds/found-world.ts'
import { foundData } from './found-data.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
const at = (hours: number) => START + hours * HOUR_MS
const PATH = 'postgres:%2F%2Fdb.example:5432'
const CATALOGUE = `page: { name: P, zone: UTC }
connections:
  etl: { kind: push, from: what loads }
  lake: { kind: postgres, url: "\${LAKE}" }
groups: { g: { feeds: { f: { owner: o, assets: { lake/raw.orders: { policy: { kind: age, lateAfter: 1h, staleAfter: 2h } } } } } } }
`
const RULE = 'adopt:\n  - from: etl/**\n    group: "{namespace}"\n    feed: "{schema}"\n'

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let index: IdentityIndex
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  const lake = { names: ['wh'], omits: ['public'], namespaces: [LAKE_NAMESPACE], case: 'lower' } as const
  index = indexIdentities(new Map([['lake', lake]]), ['lake/raw.orders'])
  await write('')
})
afterEach(() => database.drop())

async function write(more: string): Promise<void> {
  const contracts = { ...campusContracts, connectors: new Map([...campusContracts.connectors, ['push', push] as const]) }
  const loaded = loadCatalogueTexts([{ file: 'tidemark.yaml', text: CATALOGUE + more }], contracts)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
  await syncCatalogue(ctx, { ...loaded, adoption: loaded.adoption === null ? null : { ...loaded.adoption, identities: new Map() } })
  await recordLoadsBefore(ctx, 'etl')
}
async function tell(hours: number, run: number, own: object = {}): Promise<void> {
  clock.set(at(hours))
  const told = { inputs: ['raw.orders', 'raw.lines'], outputs: ['mart.sales'], columns: ['id', 'total'], rows: 5 }
  await handIn(ctx, [toldEvent({ type: 'COMPLETE', at: at(hours), run, ...told, ...own })])
  await takeAll(ctx, index)
}
const find = () => keepFound(ctx, 'etl', foundData(ctx, 'etl'))
const loads = async () => {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select s.key || ' ' || to_char(a.at at time zone 'UTC', 'HH24:MI') as text from arrival a join subject s on s.id = a.asset_id
     where a.clock = 'loadedAt' and s.key like 'etl/%' order by 1`,
  )
  return rows.map(({ text }) => text)
}
const edges = async () => {
  const { rows } = await ctx.whole.query<{ text: string }>(
    "select u.key || ' → ' || d.key as text from lineage_now e join subject u on u.id = e.upstream_id join subject d on d.id = e.downstream_id order by 1",
  )
  return rows.map(({ text }) => text)
}

describe('data that events told of and that are no asset', () => {
  it('are found, with columns, what they are made from and the job that writes them; what is an asset is not found twice', async () => {
    await tell(1, 1)
    const found = await Array.fromAsync(foundData(ctx, 'etl'))
    expect(found.map(({ path, job, labels }) => [path, job, labels])).toEqual([
      [`${PATH}/wh.mart.sales`, 'loads/load', { namespace: LAKE_NAMESPACE, schema: 'mart' }],
      [`${PATH}/wh.raw.lines`, null, { namespace: LAKE_NAMESPACE, schema: 'raw' }],
    ])
    expect(found[0]?.columns?.map(({ name }) => name)).toEqual(['id', 'total'])
    expect(found[0]?.upstream).toEqual([
      { hint: 'openlineage', path: `${PATH}/wh.raw.lines` },
      { hint: 'openlineage', name: 'wh.raw.orders', namespace: LAKE_NAMESPACE },
    ])
  })

  it('are looked for soon after something new was told of them, and not again for the same', async () => {
    const isDue = async () => {
      const { rows } = await ctx.whole.query("select next_at <= $1 as due from discovery where connection_key = 'etl'", [
        new Date(clock.now() + HOUR_MS),
      ])
      await ctx.whole.query("update discovery set every_seconds = 86400, next_at = '2030-01-01' where connection_key = 'etl'")
      return rows[0].due
    }
    await isDue()
    await tell(1, 1)
    expect(await isDue()).toBe(true)
    await tell(2, 2)
    expect(await isDue()).toBe(false)
    await tell(3, 3, { columns: ['id', 'total', 'tax'] })
    expect(await isDue()).toBe(true)
  })

  it('are taken over by a rule, with what their job did before, and told of from then on; what is dropped is gone', async () => {
    const inputs = ['raw.orders', 'raw.lines', 'raw.more']
    await tell(1, 1, { inputs })
    await find()
    await write(RULE)
    expect((await inForce(ctx)).filter((line) => line.includes('etl/')).map((line) => line.split(' / ').at(-1))).toEqual([
      `etl/${PATH}/wh.mart.sales`,
      `etl/${PATH}/wh.raw.lines`,
      `etl/${PATH}/wh.raw.more`,
    ])
    await tell(4, 2, { inputs })
    expect(await loads()).toEqual([`etl/${PATH}/wh.mart.sales 01:00`, `etl/${PATH}/wh.mart.sales 04:00`])
    expect(await edges()).toEqual(['lines', 'more'].map((name) => `etl/${PATH}/wh.raw.${name} → etl/${PATH}/wh.mart.sales`))
    expect(await find()).toMatchObject({ gone: 0, found: 3 })
    await tell(5, 3, { outputs: ['mart.sales'], lifecycle: 'DROP', columns: undefined })
    expect(await find()).toMatchObject({ gone: 1, found: 2 })
  })

  it('are made from nothing as far as only those tell who see a part: what they see of it they tell between assets', async () => {
    clock.set(at(1))
    const told = { inputs: ['raw.orders', 'raw.lines'], outputs: ['mart.sales'] }
    await handIn(ctx, [toldEvent({ type: 'COMPLETE', at: at(1), run: 1, ...told })], { audience: 'others' })
    await takeAll(ctx, index)
    const found = await Array.fromAsync(foundData(ctx, 'etl'))
    expect(found.map(({ job, upstream }) => [job, upstream])).toEqual([
      ['loads/load', []],
      [null, []],
    ])
  })

  it('belong to the connection of their namespace, and to none where no connection takes it', async () => {
    await ctx.whole.query(`update connection_state set settings = '{"namespace": "elsewhere"}' where key = 'etl'`)
    await tell(1, 1)
    expect(await Array.fromAsync(foundData(ctx, 'etl'))).toEqual([])
  })
})
