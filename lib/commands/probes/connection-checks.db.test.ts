import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { syncCatalogue } from '#lib/commands/catalogue/sync-catalogue.ts'
import type { Health } from '#lib/connectors/kit/connector.ts'
import { listDueChecks } from '#lib/db/catalogue/connection-checks.ts'
import { listDueConnections, noteConnectionFailure } from '#lib/db/catalogue/connections.ts'
import type { Context } from '#lib/db/context.ts'
import type { SeenReference } from '#lib/domain/connections/secret-reference.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { aCatalogue, anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { checkAgain, claimCheck, recordCheck, requestCheck } from './connection-checks.ts'

const START = '2026-03-01T07:00:00Z'
let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(START)
  ctx = database.context(clock)
  await declare({ lake: { kind: 'postgres', url: '${LAKE_DATABASE_URL}' } })
})
afterEach(() => database.drop())

async function declare(connections: Record<string, object>): Promise<void> {
  const catalogue = aCatalogue([anAsset('a')])
  await syncCatalogue(ctx, { catalogue, document: { connections }, hash: JSON.stringify(connections), schema: {} })
}

const good: Health = { ok: true, detail: 'It lets us in.', credentialExpiresAt: Date.parse('2026-04-01T00:00Z') }
const bad: Health = { ok: false, detail: 'The password is wrong.', credentialExpiresAt: null }
const seen = (fingerprint: string): SeenReference => ({
  name: 'LAKE_DATABASE_URL',
  setting: 'url',
  isSecret: true,
  setIn: 'env-file',
  fingerprint,
})
const due = () => listDueChecks(ctx.pool, clock.now())
const check = async (health = good, fingerprint = 'k.a') => {
  expect(await claimCheck(ctx, 'lake')).toBe(true)
  await recordCheck(ctx, { connection: 'lake', health, references: [seen(fingerprint)] })
}
const stored = async () => (await ctx.pool.query('select * from connection_state')).rows[0]

describe('a connection is checked', () => {
  it('when it is new, and then once a day', async () => {
    expect(await due()).toEqual(['lake'])
    await check()
    expect(await due()).toEqual([])
    clock.set(Date.parse(START) + DAY_MS)
    expect(await due()).toEqual([])
    clock.set(Date.parse(START) + DAY_MS + 1)
    expect(await due()).toEqual(['lake'])
  })

  it('when somebody asks, one or all', async () => {
    await check()
    await requestCheck(ctx, { connection: 'lake' })
    expect(await due()).toEqual(['lake'])
    await check()
    await checkAgain(ctx, null)
    expect(await due()).toEqual(['lake'])
  })

  it('when its entry in the catalogue has changed, and not when another has', async () => {
    await check()
    await declare({ lake: { kind: 'postgres', url: '${LAKE_DATABASE_URL}' }, other: { kind: 'postgres', url: '${OTHER}' } })
    expect(await due()).toEqual([])
    await declare({ lake: { kind: 'postgres', url: '${NEW_LAKE_URL}' } })
    expect(await due()).toEqual(['lake'])
  })

  it('by one worker of two, and again when that one was lost in the middle', async () => {
    expect(await Promise.all([claimCheck(ctx, 'lake'), claimCheck(database.context(clock), 'lake')])).toEqual(
      expect.arrayContaining([true, false]),
    )
    expect(await stored()).toMatchObject({ check_ok: null })
    expect(await due()).toEqual([])
    clock.set(Date.parse(START) + 2 * MINUTE_MS + 1)
    expect(await due()).toEqual(['lake'])
  })

  it('again after a request that came in the middle of a check', async () => {
    expect(await claimCheck(ctx, 'lake')).toBe(true)
    await requestCheck(ctx, { connection: 'lake' })
    await recordCheck(ctx, { connection: 'lake', health: good, references: [] })
    expect(await due()).toEqual(['lake'])
  })

  it('never when it is not in the catalogue', async () => {
    await expect(requestCheck(ctx, { connection: 'lakes' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await claimCheck(ctx, 'lakes')).toBe(false)
    await recordCheck(ctx, { connection: 'lakes', health: good, references: [] })
    expect((await ctx.pool.query('select 1 from connection_state')).rowCount).toBe(1)
  })
})

describe('a check', () => {
  it('leaves what it found, and when the credential ends', async () => {
    await check()
    expect(await stored()).toMatchObject({
      checked_at: new Date(START),
      check_ok: true,
      check_detail: 'It lets us in.',
      credential_expires_at: new Date('2026-04-01T00:00Z'),
      check_requested_at: null,
      secrets: [{ ...seen('k.a'), seenAt: Date.parse(START), changedAt: null }],
    })
  })

  it('remembers when a secret was seen to change, also when it no longer lets us in', async () => {
    await check()
    clock.set('2026-03-05T07:00:00Z')
    await requestCheck(ctx, { connection: 'lake' })
    await check(bad, 'k.b')
    const changedAt = Date.parse('2026-03-05T07:00:00Z')
    expect(await stored()).toMatchObject({
      check_ok: false,
      check_detail: 'The password is wrong.',
      credential_expires_at: null,
      secrets: [{ fingerprint: 'k.b', seenAt: changedAt, changedAt }],
    })
  })

  it('that gets in again lets us look at once, instead of waiting for the slowed-down look', async () => {
    await noteConnectionFailure(ctx.pool, 'lake', clock.now(), 'gone')
    await ctx.pool.query('update connection_state set next_probe_at = $1', [new Date(clock.now() + DAY_MS)])
    await check(bad)
    expect(await listDueConnections(ctx.pool, clock.now())).toEqual([])
    await requestCheck(ctx, { connection: 'lake' })
    await check(good)
    expect(await listDueConnections(ctx.pool, clock.now())).toMatchObject([{ key: 'lake' }])
  })
})
