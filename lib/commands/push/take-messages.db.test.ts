import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweepDue } from '#lib/commands/status/sweep-due.ts'
import type { Context } from '#lib/db/context.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { HOUR_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { spansOf } from '#lib/testing/history/state-world.ts'
import { declarePushed, handIn, LAKE_NAMESPACE, pusher, runIdOf, type Told, takeAll, toldEvent } from '#lib/testing/push/push-world.ts'
import { acceptHeartbeat } from './accept-messages.ts'
import { takeMessages } from './take-messages.ts'

const START = Date.parse('2026-11-20T00:00:00Z')
const at = (hours: number) => START + hours * HOUR_MS

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let index: IdentityIndex
beforeEach(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
  index = await declarePushed(ctx, ['raw.orders', 'raw.lines', 'mart.sales'])
})
afterEach(() => database.drop())

async function tell(...events: (Partial<Told> & Pick<Told, 'type' | 'at'>)[]): Promise<void> {
  clock.set(Math.max(clock.now(), ...events.map((event) => event.at)))
  await handIn(
    ctx,
    events.map((event) => toldEvent({ run: 1, outputs: ['raw.orders'], ...event })),
  )
  await takeAll(ctx, index)
}
const facts = async () => {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select s.key || ' ' || a.clock || ' ' || to_char(a.at at time zone 'UTC', 'HH24:MI') as text
     from arrival a join subject s on s.id = a.asset_id order by a.at, s.key, a.clock`,
  )
  return rows.map(({ text }) => text)
}
const edges = async () => {
  const { rows } = await ctx.whole.query<{ text: string }>(
    `select u.key || ' → ' || d.key || ' (' || e.origin || ', ' || e.told_by || ')' as text from lineage_edge e
     join subject u on u.id = e.upstream_id join subject d on d.id = e.downstream_id where e.to_at is null order by 1`,
  )
  return rows.map(({ text }) => text)
}

describe('a run that is told of', () => {
  it('makes what it wrote fresh from when it ended, and late once its promise says so, although nobody ever looks', async () => {
    await tell({ type: 'START', at: at(1) }, { type: 'COMPLETE', at: at(2), rows: 5 })
    expect(await facts()).toEqual(['lake/raw.orders loadedAt 02:00', 'lake/raw.orders writtenAt 02:00'])
    clock.set(at(15))
    await sweepDue(ctx)
    expect(await spansOf(ctx, 'lake/raw.orders')).toEqual([
      'unknown/never-observed 20 00:00–20 02:00',
      'fresh/on-time 20 02:00–20 06:00',
      'late/overdue 20 06:00–20 14:00',
      'stale/overdue 20 14:00–',
    ])
  })

  it('that fails after it had succeeded is taken back, and history says so honestly', async () => {
    await tell({ type: 'COMPLETE', at: at(2) })
    await tell({ type: 'FAIL', at: at(2) + MINUTE_MS })
    expect(await facts()).toEqual([])
    expect(await spansOf(ctx, 'lake/raw.orders')).toEqual(['unknown/never-observed 20 00:00–'])
  })

  it('late and out of order counts for when it happened', async () => {
    await tell({ type: 'COMPLETE', at: at(3), run: 2 })
    await tell({ type: 'COMPLETE', at: at(1), run: 1 })
    expect((await spansOf(ctx, 'lake/raw.orders')).slice(1)).toEqual(['fresh/on-time 20 01:00–'])
  })

  it('says what its job is made from; the last run of the job counts, and what it no longer says ends', async () => {
    await tell(
      { type: 'START', at: at(1), inputs: ['raw.orders', 'raw.lines'], outputs: [] },
      { type: 'COMPLETE', at: at(2), outputs: ['mart.sales'] },
    )
    expect(await edges()).toEqual([
      'lake/raw.lines → lake/mart.sales (openlineage, push:loads)',
      'lake/raw.orders → lake/mart.sales (openlineage, push:loads)',
    ])
    await tell({ type: 'COMPLETE', at: at(5), run: 2, inputs: ['raw.orders'], outputs: ['mart.sales'] })
    await tell({ type: 'COMPLETE', at: at(4), run: 3, inputs: ['raw.lines'], outputs: ['mart.sales'] })
    expect(await edges()).toEqual(['lake/raw.orders → lake/mart.sales (openlineage, push:loads)'])
  })
})

describe('a name', () => {
  it('of no asset is kept with what is told of it, and is no error', async () => {
    await tell({ type: 'COMPLETE', at: at(2), outputs: ['other.thing'], columns: ['id', 'name'] })
    const { rows } = await ctx.whole.query('select name, asset_id, facets from push_dataset')
    expect(rows).toEqual([
      { name: 'wh.other.thing', asset_id: null, facets: { columns: expect.objectContaining({ value: expect.any(Array) }) } },
    ])
    expect((await ctx.whole.query('select count(*)::int as waiting from push_inbox where taken_at is null')).rows).toEqual([{ waiting: 0 }])
  })

  it('may be another one of the same data, or the key itself', async () => {
    const alias = { symlinks: { identifiers: [{ namespace: LAKE_NAMESPACE, name: 'wh.raw.lines', type: 'TABLE' }] } }
    const event = toldEvent({ type: 'COMPLETE', at: at(2), run: 1 })
    clock.set(at(3))
    await handIn(ctx, [
      {
        ...event,
        outputs: [
          { namespace: 's3://bucket', name: 'lines', facets: alias },
          { namespace: 'lake', name: 'mart.sales' },
        ],
      },
    ])
    await takeAll(ctx, index)
    expect((await facts()).filter((fact) => fact.includes('loadedAt'))).toEqual([
      'lake/mart.sales loadedAt 02:00',
      'lake/raw.lines loadedAt 02:00',
    ])
  })

  it('is nobody’s for a token that does not see its asset', async () => {
    clock.set(at(3))
    const own = { audience: 'others' }
    await handIn(ctx, [toldEvent({ type: 'COMPLETE', at: at(2), run: 1, outputs: ['raw.orders'] })], own)
    await takeAll(ctx, index)
    expect(await facts()).toEqual([])
    await handIn(ctx, [toldEvent({ type: 'COMPLETE', at: at(2), run: 1, outputs: ['raw.orders'] })])
    await takeAll(ctx, index)
    const told = await facts()
    expect(told).toContain('lake/raw.orders loadedAt 02:00')
    await handIn(ctx, [toldEvent({ type: 'FAIL', at: at(2) + MINUTE_MS, run: 1, outputs: ['raw.orders'] })], own)
    await takeAll(ctx, index)
    expect(await facts()).toEqual(told)
  })

  it('says nothing of the columns and the other names of an asset that its token does not see', async () => {
    clock.set(at(3))
    const event = (at: number, ...outputs: string[]) => toldEvent({ type: 'OTHER', at, run: 1, outputs, columns: ['id'] })
    const renamed = event(at(2), 'new')
    const alias = { namespace: LAKE_NAMESPACE, name: 'wh.raw.orders', type: 'TABLE' }
    Object.assign(renamed.outputs[0]?.facets ?? {}, { symlinks: { identifiers: [alias] } })
    await handIn(ctx, [event(at(1), 'raw.orders', 'unknown'), renamed], { audience: 'others' })
    await takeAll(ctx, index)
    const kept = async () => (await ctx.whole.query('select name from push_dataset order by name')).rows.map(({ name }) => name)
    expect(await kept()).toEqual(['wh.unknown'])
    await handIn(ctx, [event(at(1), 'raw.orders')])
    await takeAll(ctx, index)
    expect(await kept()).toEqual(['wh.raw.orders', 'wh.unknown'])
  })
})

it('a heartbeat counts as the end of a load, with what it says of rows and data; a failed one does not', async () => {
  clock.set(at(2))
  const beat = { state: 'success', rows: 0, through: '2026-11-20T01:30:00Z' } as const
  await acceptHeartbeat(pusher(ctx), 'lake/raw.orders', beat, null)
  await acceptHeartbeat(pusher(ctx), 'lake/raw.lines', { state: 'fail' }, null)
  await takeAll(ctx, index)
  expect(await facts()).toEqual(['lake/raw.orders dataThroughAt 01:30', 'lake/raw.orders loadedAt 02:00'])
  expect((await spansOf(ctx, 'lake/raw.orders')).at(-1)).toBe('fresh/idle 20 02:00–')
  expect((await ctx.whole.query('select distinct source from arrival')).rows).toEqual([{ source: 'push:heartbeat' }])
})

it('a message that cannot be carried over holds up no other and says why; after a few tries it stays', async () => {
  clock.set(at(3))
  await handIn(
    ctx,
    [1, 2, 3].map((run) => toldEvent({ type: 'COMPLETE', at: at(run), run, outputs: ['raw.orders'] })),
  )
  await ctx.whole.query(`update push_inbox set body = '{"eventTime": 1}' where body -> 'run' ->> 'runId' = '${runIdOf(2)}'`)
  await takeAll(ctx, index)
  expect((await facts()).filter((fact) => fact.includes('loadedAt'))).toHaveLength(2)
  const { rows } = await ctx.whole.query('select tries, problem is not null as told, taken_at from push_inbox order by event_at')
  expect(rows.map(({ tries, told, taken_at }) => [tries, told, taken_at !== null])).toEqual([
    [0, false, true],
    [5, true, false],
    [0, false, true],
  ])
})

it('what takes too long at once is carried over in parts, and no message is blamed for it', async () => {
  clock.set(at(6))
  await handIn(
    ctx,
    [1, 2, 3, 4, 5].map((run) => toldEvent({ type: 'COMPLETE', at: at(run), run, outputs: ['raw.orders'] })),
  )
  await ctx.whole.query(`
    create function too_long() returns trigger language plpgsql as $$ begin
      if (select count(*) from taken) > 2 then raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end if;
      return null;
    end $$;
    create trigger too_long after update on push_inbox referencing new table as taken for each statement execute function too_long()`)
  expect(await takeMessages(ctx, index)).toBe(5)
  expect((await facts()).filter((fact) => fact.includes('loadedAt'))).toHaveLength(5)
  expect((await ctx.whole.query('select distinct tries, taken_at is not null as taken from push_inbox')).rows).toEqual([
    { tries: 0, taken: true },
  ])
})
