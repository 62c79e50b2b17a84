import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rebuild } from '#lib/commands/status/rebuild.ts'
import { clearDueSyncs, isSyncDue } from '#lib/db/catalogue/discoveries.ts'
import type { Context } from '#lib/db/context.ts'
import { DAY_MS, HOUR_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import {
  aCustomerContract,
  CUSTOMERS,
  customersAt,
  declareCustomers,
  discoversColumns,
  PROMISED,
  RENAMED,
  RENAMED_WORDS,
  tellsColumns,
} from '#lib/testing/contracts/contract-world.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { spansOf, stateOf } from '#lib/testing/history/state-world.ts'
import { followContracts } from './follow-contracts.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context
const START = Date.parse('2026-11-10T12:00:00Z')

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await customersAt(START))
})
afterEach(() => db.drop())

/** How a table, a model of dbt and a schema facet come to be known. */
const sees = {
  [CUSTOMERS.table]: discoversColumns,
  [CUSTOMERS.model]: discoversColumns,
  [CUSTOMERS.told]: tellsColumns,
}
const breaks = async () => {
  const { rows } = await ctx.pool.query<{ line: string }>(
    `select s.key || ' ' || b.status || ' ' || b.version || ' ' || to_char(from_at at time zone 'UTC', 'HH24:MI') || '–' ||
       coalesce(to_char(to_at at time zone 'UTC', 'HH24:MI'), '') || ' ' || words as line
     from contract_break b join subject s on s.id = b.asset_id order by b.asset_id, from_at`,
  )
  return rows.map(({ line }) => line)
}
const explanationOf = async (key: string) => {
  const { rows } = await ctx.pool.query<{ words: string }>(
    `select verdict ->> 'explanation' as words from asset a join subject s on s.id = a.subject_id where s.key = $1`,
    [key],
  )
  return rows[0]?.words
}

describe('a producer renames a field', () => {
  test.each(Object.entries(sees))('%s is red from the moment it is seen to the moment it is mended', async (key, see) => {
    await see(ctx, key, PROMISED)
    expect(await followContracts(ctx)).toBe(0)
    clock.set(START + HOUR_MS)
    await see(ctx, key, RENAMED)
    expect(await followContracts(ctx)).toBe(1)
    expect(await followContracts(ctx)).toBe(0)
    expect(await explanationOf(key)).toBe(`Stale: its contract is broken: ${RENAMED_WORDS}.`)
    clock.set(START + 2 * HOUR_MS)
    await see(ctx, key, PROMISED)
    await followContracts(ctx)
    expect(await breaks()).toEqual([`${key} stale 1.0.0 13:00–14:00 ${RENAMED_WORDS}`])
    expect(await spansOf(ctx, key)).toEqual([
      'fresh/on-time 10 12:00–10 13:00',
      'stale/contract-broken 10 13:00–10 14:00',
      'fresh/on-time 10 14:00–',
    ])
    expect(await spansOf(ctx, 'customers', 'feed')).toHaveLength(3)
  })

  test.each(Object.entries(sees))('%s: one that is added is noted, and all stays green', async (key, see) => {
    await see(ctx, key, PROMISED)
    await followContracts(ctx)
    clock.set(START + HOUR_MS)
    await see(ctx, key, [...PROMISED, 'phone text'])
    expect(await followContracts(ctx)).toBe(0)
    expect(await breaks()).toEqual([])
    const { rows } = await ctx.pool.query('select jsonb_array_length(columns) as n, told_by from asset_shape order by seen_at')
    const by = key === CUSTOMERS.told ? 'push' : 'discovery'
    expect(rows).toEqual([
      { n: 2, told_by: by },
      { n: 3, told_by: by },
    ])
  })

  test('what is told after a discovery counts, and the discovery after that again', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    clock.set(START + HOUR_MS)
    await tellsColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    clock.set(START + 2 * HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await followContracts(ctx)
    expect(await breaks()).toEqual([`${CUSTOMERS.table} stale 1.0.0 13:00–14:00 ${RENAMED_WORDS}`])
  })

  test('where only a part of the columns is known nothing is gone until all are, and what is gone by then is so until all are again', async () => {
    const inPart = { mayHaveMoreColumns: true as const }
    await discoversColumns(ctx, CUSTOMERS.model, ['id integer'], inPart)
    expect(await followContracts(ctx)).toBe(0)
    clock.set(START + HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.model, ['id integer'])
    expect(await followContracts(ctx)).toBe(1)
    expect(await breaks()).toEqual([expect.stringContaining('13:00– the field "email" is gone (')])
    clock.set(START + 2 * HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.model, ['id integer', 'email text'], inPart)
    expect(await followContracts(ctx)).toBe(0)
    expect(await followContracts(ctx)).toBe(0)
    expect(await breaks()).toEqual([expect.stringContaining('13:00– the field "email" is gone (')])
    const { rows } = await ctx.pool.query('select columns_in_part as part from asset_shape order by seen_at')
    expect(rows.map(({ part }) => part)).toEqual([true, false, true])
    await discoversColumns(ctx, CUSTOMERS.model, ['id text', 'email text'], inPart)
    expect(await followContracts(ctx)).toBe(1)
    expect((await breaks())[0]).toMatch(/"email" is gone; the field "id" has another type/)
    clock.set(START + 3 * HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.model, PROMISED)
    await followContracts(ctx)
    expect(await breaks()).toEqual([expect.stringMatching(/13:00–15:00 /)])
  })

  test('is broken since then, also when more of it is broken later, or another version is', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    clock.set(START + HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.table, ['id text', 'mail text'])
    expect(await followContracts(ctx)).toBe(1)
    expect(await explanationOf(CUSTOMERS.table)).toContain('"id" has another type')
    clock.set(START + 2 * HOUR_MS)
    await declareCustomers(ctx, [aCustomerContract('1.0.1', PROMISED)])
    await followContracts(ctx)
    expect(await breaks()).toEqual([expect.stringMatching(/stale 1\.0\.1 12:00– .*"id" has another type/)])
    expect((await spansOf(ctx, CUSTOMERS.table)).at(-1)).toBe('stale/contract-broken 10 12:00–')
  })

  test('a rebuild of everything comes to the same as what was written as it happened', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await followContracts(ctx)
    for (const [hours, fields] of [RENAMED, PROMISED, ['id integer', 'email numeric'], ['id bigint', 'email text']].entries()) {
      clock.set(START + (hours + 1) * HOUR_MS)
      await discoversColumns(ctx, CUSTOMERS.table, fields)
      await followContracts(ctx)
    }
    const live = await stateOf(ctx)
    const { rows } = await ctx.pool.query<{ id: number }>(`select id from subject where kind = 'asset'`)
    await rebuild(ctx, { assetIds: rows.map(({ id }) => id), from: START - DAY_MS, isThorough: true })
    expect((await stateOf(ctx)).spans).toEqual(live.spans)
    expect(await breaks()).toHaveLength(3)
  })
})

describe('what is promised', () => {
  test('changes on the day of a version, and is judged anew then although nobody looks', async () => {
    await declareCustomers(ctx, [aCustomerContract('1.0.0', PROMISED), aCustomerContract('2.0.0', RENAMED, '2026-11-10T15:00:00Z')])
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    expect(await followContracts(ctx)).toBe(0)
    clock.set(START + 3 * HOUR_MS)
    expect(await followContracts(ctx)).toBe(1)
    expect((await breaks())[0]).toContain('stale 2.0.0 15:00– the field "mail" is gone, perhaps renamed: "email" came')
    clock.set(START + 4 * HOUR_MS)
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    expect((await breaks())[0]).toContain('15:00–16:00')
  })

  test('is mended when the contract is taken out or written otherwise', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    clock.set(START + HOUR_MS)
    await declareCustomers(ctx, [aCustomerContract('1.0.1', RENAMED)])
    await followContracts(ctx)
    clock.set(START + 2 * HOUR_MS)
    await declareCustomers(ctx, [aCustomerContract('1.0.2', PROMISED)])
    await followContracts(ctx)
    clock.set(START + 3 * HOUR_MS)
    await declareCustomers(ctx, [])
    await followContracts(ctx)
    expect(await breaks()).toEqual([
      `${CUSTOMERS.table} stale 1.0.0 12:00–13:00 ${RENAMED_WORDS}`,
      `${CUSTOMERS.table} stale 1.0.2 14:00–15:00 ${RENAMED_WORDS}`,
    ])
  })

  test('of what nobody has seen, or what is gone, nothing is broken or mended', async () => {
    expect(await followContracts(ctx)).toBe(0)
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    clock.set(START + HOUR_MS)
    await ctx.pool.query('update found_asset set gone_at = $1', [new Date(clock.now())])
    expect(await followContracts(ctx)).toBe(0)
    expect((await breaks())[0]).toMatch(/12:00– /)
  })
})

describe('what is promised of time', () => {
  const latency = (version: string, hours: number, from?: string) => {
    const one = aCustomerContract(version, PROMISED, from)
    const { slaProperties = [], ...document } = JSON.parse(one.text)
    return {
      ...one,
      text: JSON.stringify({ ...document, slaProperties: [...slaProperties, { property: 'latency', value: hours, unit: 'h' }] }),
    }
  }

  test('is that of the version that holds: the catalogue is synced again when another begins', async () => {
    await declareCustomers(ctx, [latency('1.0.0', 6), latency('2.0.0', 3, '2026-11-10T15:00:00Z')])
    expect(await isSyncDue(ctx.pool, START + 3 * HOUR_MS - 1)).toBe(false)
    expect(await isSyncDue(ctx.pool, START + 3 * HOUR_MS)).toBe(true)
    clock.set(START + 3 * HOUR_MS)
    await declareCustomers(ctx, [latency('1.0.0', 6), latency('2.0.0', 3, '2026-11-10T15:00:00Z')])
    expect(await isSyncDue(ctx.pool, START + DAY_MS)).toBe(false)
    await declareCustomers(ctx, [latency('1.0.0', 6), latency('2.0.0', 3, '2026-11-10T18:00:00Z')])
    clock.set(START + 7 * HOUR_MS)
    await clearDueSyncs(ctx.pool, clock.now())
    expect(await isSyncDue(ctx.pool, clock.now()), 'the catalogue could not be taken over').toBe(false)
  })
})
