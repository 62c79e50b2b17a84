import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import type { Health } from '#lib/connectors/kit/connector.ts'
import type { Context } from '#lib/db/context.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { Log } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import checkConnection from './check-connection.ts'

const CANARY = 'canary:7Yb!x9'
const NOW = '2026-03-01T07:00:00Z'
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let lines: string[]

beforeEach(async () => {
  database = await createTestDatabase()
  clock = new FakeClock(NOW)
  lines = []
  ctx = { ...database.context(clock), log: listeningLog(lines) }
  await ctx.pool.query("insert into connection_state (key, kind, probe_every_ms) values ('sis', 'test', 60000)")
  const sis = { kind: 'test', probe: '1m', rotatedOn: '2026-01-01', user: '${SIS_USER}', password: '${SIS_PASSWORD}' }
  await ctx.pool.query("insert into catalogue_version (accepted_at, hash, document, schema) values ($1, 'h', $2, '{}')", [
    new Date(NOW),
    { connections: { sis } },
  ])
})
afterEach(() => database.drop())

function listeningLog(heard: string[], fields = {}): Log {
  const note = (message: string, data?: object) => void heard.push(JSON.stringify({ message, ...fields, ...data }))
  return { debug: note, info: note, warn: note, error: note, child: (more) => listeningLog(heard, { ...fields, ...more }) }
}

const settings = z.strictObject({ user: z.string(), password: z.string() })

function services(check: (open: { user: string; password: string }) => Promise<Health>, variables: Record<string, string>): JobServices {
  const connector = testConnectorOf(settings, (connection) => ({ check: () => check(connection.settings) }))
  const connectors = new Map([['test', connector]])
  return testServices(ctx, { connectors, lookup: (name) => variables[name] })
}

const VARIABLES = { SIS_USER: 'loader', SIS_PASSWORD: CANARY }
const run = (with_: JobServices) => checkConnection.run(with_, { connection: 'sis' })
const stored = async () => (await ctx.pool.query('select * from connection_state')).rows[0]

async function wholeDatabase(): Promise<string> {
  const { rows } = await ctx.pool.query<{ name: string }>(
    "select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema !~ '^(pg_|information_schema)'",
  )
  const texts: string[] = []
  for (const { name } of rows) texts.push(JSON.stringify((await ctx.pool.query(`select * from ${name} t`)).rows))
  return texts.join('\n')
}

describe('the check of a connection', () => {
  it('gets in with the secrets as they are now and says so', async () => {
    const used: string[] = []
    await run(
      services(async ({ user, password }) => {
        used.push(user, password)
        return { ok: true, detail: 'Signed in.', credentialExpiresAt: null }
      }, VARIABLES),
    )
    expect(used).toEqual(['loader', CANARY])
    expect(await stored()).toMatchObject({ check_ok: true, check_detail: 'Signed in.' })
    expect((await stored()).secrets).toMatchObject([
      { name: 'SIS_USER', isSecret: false, setIn: 'env-file' },
      { name: 'SIS_PASSWORD', isSecret: true, setIn: 'env-file', seenAt: Date.parse(NOW), changedAt: null },
    ])
  })

  it('leaves no trace of a secret anywhere, however the system repeats it', async () => {
    const echo = `401: wrong password "${CANARY}" (sent as ${encodeURIComponent(CANARY)})`
    await run(services(async () => ({ ok: false, detail: echo, credentialExpiresAt: null }), VARIABLES))
    expect((await stored()).check_detail).toBe('401: wrong password "•••" (sent as •••)')
    await ctx.pool.query('update connection_state set check_requested_at = now()')
    await run(
      services(async () => {
        throw new TidemarkError('unavailable', {
          publicMessage: `No: ${CANARY}`,
          message: `connect with ${CANARY}`,
          cause: new Error(CANARY),
        })
      }, VARIABLES),
    )
    expect(await stored()).toMatchObject({ check_ok: false, check_detail: 'No: •••' })
    expect(lines.join('\n')).toContain('connect with •••')
    for (const everything of [await wholeDatabase(), lines.join('\n')]) {
      expect(everything).not.toContain(CANARY)
      expect(everything).not.toContain(encodeURIComponent(CANARY))
    }
  })

  it('says what to do about a secret that is not set', async () => {
    await run(services(async () => ({ ok: true, detail: '', credentialExpiresAt: null }), { SIS_USER: 'loader' }))
    expect(await stored()).toMatchObject({
      check_ok: false,
      check_detail: expect.stringMatching(/^Not set or not readable: SIS_PASSWORD\. Put it into \.env/),
    })
    expect((await stored()).secrets).toMatchObject([{}, { name: 'SIS_PASSWORD', setIn: 'missing', fingerprint: null }])
  })

  it('gives up a system that never answers', async () => {
    const asked = Promise.withResolvers<void>()
    const ended = run(
      services(() => {
        asked.resolve()
        return new Promise(() => {})
      }, VARIABLES),
    )
    await asked.promise
    await clock.advance(MINUTE_MS)
    await ended
    expect(await stored()).toMatchObject({ check_ok: false, check_detail: expect.stringContaining('did not answer within 60 s') })
  })

  it('is not done twice', async () => {
    let checks = 0
    const once = services(async () => {
      checks += 1
      return { ok: true, detail: '', credentialExpiresAt: null }
    }, VARIABLES)
    await Promise.all([run(once), run(once)])
    await run(once)
    expect(checks).toBe(1)
  })

  it('that the worker had to leave is done again by the next one', async () => {
    const stop = new AbortController()
    const left = {
      ...services(async () => {
        stop.abort()
        throw new Error('interrupted')
      }, VARIABLES),
      signal: stop.signal,
    }
    await expect(run(left)).rejects.toThrow()
    expect(await stored()).toMatchObject({ check_ok: null })
  })
})
