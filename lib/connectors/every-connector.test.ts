import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConnectors } from '#jobs/worker/load-extensions.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import type { Connector } from './kit/connector.ts'

const SECRET = 'never-to-be-shown'

/** What stands under a connection of each kind whose other side is not there: nobody listens on that port, and never will. */
const SAMPLES: Record<string, Record<string, unknown>[]> = {
  'cs-tools': [{ url: 'http://127.0.0.1:9/api', key: SECRET }],
  http: [{ baseUrl: 'http://127.0.0.1:9/v1' }],
  peoplesoft: [{ baseUrl: 'http://127.0.0.1:9', user: 'u', password: SECRET }],
  'person-api': [{ url: 'http://127.0.0.1:9/persons', key: SECRET }],
  postgres: [{ url: `postgres://u:${SECRET}@127.0.0.1:9/db` }],
  sap: [
    { url: 'http://127.0.0.1:9/bapi', key: SECRET },
    { url: 'http://127.0.0.1:9/srv', protocol: 'odata2', user: 'u', password: SECRET },
    { url: 'http://127.0.0.1:9/srv', protocol: 'odata4', key: SECRET },
  ],
  sftp: [{ host: '127.0.0.1', port: 9, user: 'u', password: SECRET, hostKey: 'unknown' }],
  snaplogic: [
    { url: 'http://127.0.0.1:9/task', key: SECRET },
    { url: 'http://127.0.0.1:9/task', key: SECRET, task: 'people' },
  ],
  vds: [
    { url: 'http://127.0.0.1:9/adap', user: 'cn=u', password: SECRET, base: 'o=x' },
    { url: 'http://127.0.0.1:9/gateway', protocol: 'gateway', key: SECRET },
    { url: 'ldap://127.0.0.1:9', protocol: 'ldap', user: 'cn=u', password: SECRET, base: 'o=x' },
  ],
}

const connectors = await loadConnectors()
const samples = [...connectors].flatMap(([kind, connector]) => (SAMPLES[kind] ?? []).map((settings) => ({ kind, connector, settings })))
const connectionOf = (connector: Connector, settings: Record<string, unknown>) => ({
  key: 'gone',
  settings: connector.settings.parse(settings),
  clock: new FakeClock('2026-11-20T07:00:00Z'),
  log: silentLog,
  signal: new AbortController().signal,
})

it('every connector there is has its sample here', () => {
  expect([...connectors.keys()].sort()).toEqual(Object.keys(SAMPLES).sort())
})

describe.each([...connectors])('the connector %s', (kind, connector) => {
  it('is called like its file and can probe, and says what may be asked of it', () => {
    expect(connector.kind).toBe(kind)
    expect(connector.observe).toBeTypeOf('function')
    expect(connector.extractRequest !== undefined).toBe(connector.extract !== undefined)
  })

  it('describes its settings to an editor, and refuses what it does not know', () => {
    for (const schema of [connector.settings, connector.assetSettings, connector.extractRequest ?? z.strictObject({})]) {
      expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toMatchObject({ type: 'object', additionalProperties: false })
    }
    const [sample] = SAMPLES[kind] ?? []
    expect(connector.settings.safeParse({ ...sample, noSuchSetting: 1 }).success).toBe(false)
    expect(connector.settings.safeParse({}).success).toBe(false)
    expect(connector.assetSettings.safeParse({}).success).toBe(true)
  })
})

describe.each(samples)('a connection of the kind $kind to nobody', ({ kind, connector, settings }) => {
  it('says in its check that it is down, in words for people and without its secret', async () => {
    const health = await connector.check(connectionOf(connector, settings))
    expect(health).toMatchObject({ ok: false, detail: expect.stringMatching(/^[A-Z].{20,}[.?]$/) })
    expect(JSON.stringify(health)).not.toContain(SECRET)
  })

  it('fails as a connection, not asset by asset, and without its secret', async () => {
    const path = kind === 'postgres' ? 'some.table' : 'Something'
    const asset = { key: `gone/${path}`, path, settings: {}, previous: null }
    const looking = Array.fromAsync(connector.observe?.(connectionOf(connector, settings), [asset, asset]) ?? [])
    const error: unknown = await looking.catch((thrown: unknown) => thrown)
    expect(isTidemarkError(error) && error.publicMessage.length > 20).toBe(true)
    expect(toInternalMessage(error)).not.toContain(SECRET)
  })
})
