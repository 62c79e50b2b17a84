import { afterEach, beforeEach, expect, it } from 'vitest'
import { z } from 'zod'
import { connectionHealth } from '#lib/domain/connections/connection-health.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { runConnections } from './run-connections.ts'

const NOW = '2026-03-01T07:00:00Z'
let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})
afterEach(() => database.drop())

it('what a run was not let into does not "work", until somebody got in again', async () => {
  const clock = new FakeClock(NOW)
  const ctx = database.context(clock)
  await ctx.pool.query(
    "insert into connection_state (key, kind, probe_every_ms, ok_at, checked_at, check_ok) values ('sis', 'test', 60000, $1, $1, true)",
    [new Date(clock.now() - 60_000)],
  )
  await ctx.pool.query("insert into catalogue_version (accepted_at, hash, document, schema) values ($1, 'h', $2, '{}')", [
    new Date(NOW),
    { connections: { sis: { kind: 'test' } } },
  ])
  let failure: TidemarkError | null = new TidemarkError('refused', { publicMessage: 'The credentials are refused.', systemWide: true })
  const connector = testConnectorOf(z.object({}), () => ({
    async *extract() {
      if (failure !== null) throw failure
      yield {}
    },
  }))
  const services = testServices(ctx, { connectors: new Map([['test', connector]]) })
  const connections = runConnections(services, services.signal)
  const extract = () => Array.fromAsync(connections.extract('sis', {}, new AbortController().signal))
  const state = async () => (await ctx.pool.query('select * from connection_state')).rows[0]
  const health = async () => {
    const row = await state()
    const at = (value: Date | null) => value?.getTime() ?? null
    return connectionHealth({
      okAt: at(row.ok_at),
      failedAt: at(row.failed_at),
      problem: row.problem,
      checkedAt: at(row.checked_at),
      checkOk: row.check_ok,
      checkDetail: row.check_detail,
    })
  }
  await expect(extract()).rejects.toThrow('credentials')
  expect(await health()).toMatchObject({ state: 'failing', problem: 'The credentials are refused.' })
  expect((await state()).check_requested_at).toBeNull()
  failure = null
  await extract()
  expect((await state()).check_requested_at).not.toBeNull()
  failure = new TidemarkError('not-found', { publicMessage: 'There is no such file.' })
  await ctx.pool.query('update connection_state set check_requested_at = null, ok_at = $1', [new Date(clock.now() + 1)])
  await expect(extract()).rejects.toThrow('no such file')
  expect(await health()).toMatchObject({ state: 'working' })
})
