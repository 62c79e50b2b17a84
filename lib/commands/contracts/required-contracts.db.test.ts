import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { planRuns } from '#lib/commands/runs/plan-runs.ts'
import type { Context } from '#lib/db/context.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import {
  CUSTOMERS,
  customersAt,
  discoversColumns,
  PROMISED,
  RENAMED,
  RENAMED_WORDS,
  tellsColumns,
} from '#lib/testing/contracts/contract-world.ts'
import type { TestDatabase } from '#lib/testing/database/database.ts'
import { followContracts } from './follow-contracts.ts'

let db: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  ;({ database: db, clock, ctx } = await customersAt(Date.parse('2026-11-10T12:00:00Z')))
})
afterEach(() => db.drop())

describe('a flow that requires contracts', () => {
  const waitingFor = async () => {
    const { rows } = await ctx.pool.query<{ words: string | null }>(
      `select waiting_for as words from run where flow = 'leads' and state <> 'missed' and scheduled_for <= $1 order by scheduled_for desc limit 1`,
      [new Date(clock.now())],
    )
    return rows[0]?.words
  }

  const askedFor = async () => {
    const { rows } = await ctx.pool.query<{ at: Date }>(`select next_at as at from discovery where connection_key = 'lake'`)
    return rows[0]?.at.getTime()
  }
  /** The tick of the night comes, and a look is asked for first. */
  async function isDue(): Promise<void> {
    await planRuns(ctx)
    clock.set(Date.parse('2026-11-11T03:00:00Z'))
    await ctx.pool.query(`update discovery set next_at = $1`, [new Date(clock.now() + HOUR_MS)])
    expect((await planRuns(ctx)).ready).toEqual([])
    expect(await waitingFor()).toBe(`Waits for a look at the columns of ${CUSTOMERS.table}.`)
    expect(await askedFor()).toBe(clock.now())
    clock.set(clock.now() + 10 * SECOND_MS)
  }

  test('does not begin while one of what it reads is broken, says so, and begins when it is mended', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await isDue()
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    expect((await planRuns(ctx)).ready, 'seen, and not judged yet').toEqual([])
    await followContracts(ctx)
    expect((await planRuns(ctx)).ready).toEqual([])
    expect(await waitingFor()).toBe(`Waits for the contract about ${CUSTOMERS.table} to be kept again: ${RENAMED_WORDS}.`)
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    clock.set(clock.now() + MINUTE_MS)
    await followContracts(ctx)
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })

  test('begins where a contract only warns', async () => {
    await isDue()
    await discoversColumns(ctx, CUSTOMERS.table, ['id bigint', 'email text'])
    await followContracts(ctx)
    expect((await ctx.pool.query('select status from contract_break')).rows).toEqual([{ status: 'late' }])
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })

  test('asks for a look when all else it waited for has ended, however long that took', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await planRuns(ctx)
    await ctx.pool.query(`update flow set settings = settings || '{"timeoutMs": 36000000}'`)
    await ctx.pool.query(
      `insert into run (id, flow, trigger, scheduled_for, created_at, state, attempt)
       values (gen_random_uuid(), 'leads', 'manual', $1, $1, 'running', 1)`,
      [new Date(clock.now())],
    )
    clock.set(Date.parse('2026-11-11T03:00:00Z'))
    await planRuns(ctx)
    expect(await waitingFor()).toBe('Waits for another run of this flow.')
    clock.set(clock.now() + MINUTE_MS)
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await followContracts(ctx)
    clock.set(clock.now() + HOUR_MS)
    await ctx.pool.query(`update run set state = 'completed', ended_at = $1 where state = 'running'`, [new Date(clock.now())])
    expect((await planRuns(ctx)).ready, 'that look was before').toEqual([])
    clock.set(clock.now() + 10 * SECOND_MS)
    await discoversColumns(ctx, CUSTOMERS.table, RENAMED)
    await followContracts(ctx)
    await planRuns(ctx)
    expect(await waitingFor()).toContain('Waits for the contract about')
  })

  test('waits for what was told to be judged where nobody looks', async () => {
    await discoversColumns(ctx, CUSTOMERS.table, PROMISED)
    await followContracts(ctx)
    await planRuns(ctx)
    clock.set(Date.parse('2026-11-11T03:00:00Z'))
    await ctx.pool.query('delete from discovery')
    await tellsColumns(ctx, CUSTOMERS.table, ['id integer', 'email text', 'phone text'])
    expect((await planRuns(ctx)).ready).toEqual([])
    await followContracts(ctx)
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })

  test('waits two minutes for a look that does not come, and asks for one that goes on only once', async () => {
    await isDue()
    const taken = clock.now() + HOUR_MS
    await ctx.pool.query('update discovery set attempted_at = $1, next_at = $2', [new Date(clock.now()), new Date(taken)])
    expect((await planRuns(ctx)).ready).toEqual([])
    expect(await askedFor()).toBe(taken)
    clock.set(Date.parse('2026-11-11T03:02:00Z'))
    expect((await planRuns(ctx)).ready).toHaveLength(1)
  })
})
