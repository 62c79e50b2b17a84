import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { loadConnectors } from '#jobs/worker/load-extensions.ts'
import { writtenSchemaOf } from '#lib/catalogue/check/check-settings.ts'
import { knownKeysAt } from '#lib/catalogue/schema/schema-keys.ts'
import { isSecretSetting } from '#lib/domain/connections/secret-name.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { isJsonObject } from '#lib/domain/values/json.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { silentLog } from '#lib/platform/log.ts'
import { resolveSecrets } from '#lib/platform/secrets/secrets.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import type { Connector } from './kit/connector.ts'

const SECRET = 'never-to-be-shown'
/** Whom a secret belongs to, and addresses, whose own passwords are found in them. */
const NO_SECRETS = ['accessKeyId', 'clientId', 'url']

const connectors = await loadConnectors()
const asked = [...connectors].filter(([, { asksNobody }]) => !asksNobody)
const samples = asked.flatMap(([kind, connector]) =>
  connector.example.settings.map((written) => ({ kind, connector, settings: toNobody(resolveSecrets(written, () => SECRET)) })),
)

/** The same with nobody at the other side: nobody listens on that port, and never will. */
function toNobody(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, key === 'port' ? 9 : hostless(value)]))
}

function hostless(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[\w.-]+\.example\.edu(:\d+)?/, atNobody)
  return isJsonObject(value) ? toNobody(value) : value
}

function atNobody(_host: string, _port: string | undefined, at: number): string {
  return at === 0 ? '127.0.0.1' : '127.0.0.1:9'
}

const connectionOf = (connector: Connector, settings: Record<string, unknown>) => ({
  key: 'gone',
  settings: connector.settings.parse(settings),
  clock: new FakeClock('2026-11-20T07:00:00Z'),
  log: silentLog,
  signal: new AbortController().signal,
})
const firstOf = (connector: Connector) => toNobody(resolveSecrets(connector.example.settings[0], () => SECRET))

describe.each([...connectors])('the connector %s', (kind, connector) => {
  it('is called like its file and can probe, and says what may be asked of it', async () => {
    const session = await connector.open(connectionOf(connector, firstOf(connector)))
    expect(connector.kind).toBe(kind)
    expect(typeof session.observe).toBe(connector.asksNobody ? 'undefined' : 'function')
    expect(connector.extractRequest !== undefined).toBe(session.extract !== undefined)
    expect(connector.bringsSql !== undefined).toBe(session.trySql !== undefined)
    expect(connector.deliverOptions !== undefined).toBe(session.deliver !== undefined)
    expect(connector.takesRows ?? false).toBe(session.write !== undefined)
    expect(connector.hasPulse !== undefined).toBe(session.isThere !== undefined)
    expect(connector.buildsIndexes === true).toBe(session.buildIndex !== undefined)
  })

  it('says of its settings, written as they may be, whether jobs can be started and cancelled through it; what starts them tells of their runs, too', async () => {
    for (const written of connector.example.settings) {
      const session = await connector.open(connectionOf(connector, toNobody(resolveSecrets(written, () => SECRET))))
      expect(connector.startsJobs?.(written) ?? false).toBe(session.start !== undefined)
      if (session.start !== undefined) expect(session.runs).toBeDefined()
      expect(session.start !== undefined && connector.cancelsJobs === true).toBe(session.cancel !== undefined)
      if (session.start !== undefined) expect(connector.whyNoCancel === undefined).toBe(session.cancel !== undefined)
    }
  })

  it('says whether it keeps files, which it then lists and opens, and whether it has a queue that tells of them', async () => {
    for (const written of connector.example.settings) {
      const session = await connector.open(connectionOf(connector, toNobody(resolveSecrets(written, () => SECRET))))
      expect(connector.keepsFiles ?? false).toBe(session.files !== undefined)
      expect(connector.whereIs !== undefined).toBe(session.files !== undefined)
      expect(session.openFile !== undefined).toBe(session.files !== undefined)
      expect(connector.copiesFiles ?? false).toBe(session.copyFile !== undefined)
      expect(connector.hasQueue?.(written) ?? false).toBe(session.fileMessages !== undefined)
    }
  })

  it('gives an example that can stand in a catalogue, with what is secret by reference alone', () => {
    const { example } = connector
    for (const settings of example.settings) {
      const at = toNobody(settings)
      expect(JSON.stringify(at)).toContain('127.0.0.1')
      expect(JSON.stringify(at)).not.toContain('example.edu')
      expect(connector.settings.safeParse(resolveSecrets(settings, () => SECRET)).error).toBeUndefined()
    }
    expect(connector.assetSettings.safeParse(example.asset.settings ?? {}).error).toBeUndefined()
  })

  it('names what is secret so that a catalogue with it in clear is refused', () => {
    const given = connector.example.settings.flatMap((settings) => Object.entries(settings))
    const secret = given.filter(([, value]) => typeof value === 'string' && /\$\{|^file:/.test(value)).map(([key]) => key)
    expect(secret.filter((key) => !isSecretSetting(key) && !NO_SECRETS.includes(key))).toEqual([])
  })

  it('says to people what it must be told, what a look sees and what its account must be allowed', () => {
    const { example } = connector
    const keys = knownKeysAt(writtenSchemaOf(connector.settings), [], {})
    expect(keys.filter((key) => !example.told.includes(`\`${key}\``))).toEqual([])
    const ofAsset = knownKeysAt(writtenSchemaOf(connector.assetSettings), [], {})
    expect(ofAsset.filter((key) => !example.toldOfAsset?.includes(`\`${key}\``))).toEqual([])
    expect(example.evidence.length).toBeGreaterThan(0)
    expect(example.asked !== null).toBe(connector.extractRequest !== undefined)
    for (const words of [example.speaksTo, example.permission, ...example.evidence.map(({ reads }) => reads)])
      expect(words).toMatch(/^[^|\n]{3,}[^.|\n]$/)
  })

  it('describes its settings to an editor, and refuses what it does not know', () => {
    for (const schema of [connector.settings, connector.assetSettings, connector.extractRequest ?? z.strictObject({})]) {
      expect(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).toMatchObject({ type: 'object', additionalProperties: false })
    }
    expect(connector.settings.safeParse({ ...firstOf(connector), noSuchSetting: 1 }).success).toBe(false)
    expect(connector.settings.safeParse({}).success).toBe(false)
    expect(connector.assetSettings.safeParse({}).success).toBe(true)
  })
})

describe.each(samples)('a connection of the kind $kind to nobody', ({ connector, settings }) => {
  it('says in its check that it is down, in words for people and without its secret', async () => {
    const health = await askOnce(connector).check(connectionOf(connector, settings))
    expect(health).toMatchObject({ ok: false, detail: expect.stringMatching(/^[A-Z].{20,}[.?]$/) })
    expect(JSON.stringify(health)).not.toContain(SECRET)
  })

  it('fails as a connection, not asset by asset, and without its secret', async () => {
    const { path, settings: ofAsset = {} } = connector.example.asset
    const asset = { key: `gone/${path}`, path, settings: ofAsset, previous: null }
    const looking = Array.fromAsync(askOnce(connector).observe(connectionOf(connector, settings), [asset, asset]))
    const error: unknown = await looking.catch((thrown: unknown) => thrown)
    expect(isTidemarkError(error) && error.publicMessage.length > 20).toBe(true)
    expect(toInternalMessage(error)).not.toContain(SECRET)
  })

  it('opens without asking anything, and leaves when it has asked nothing', async () => {
    const session = await connector.open(connectionOf(connector, settings))
    await expect(Promise.resolve(session.close?.())).resolves.toBeUndefined()
  })
})
