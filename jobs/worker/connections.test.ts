import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import { FakeClock, turns } from '#lib/testing/clock/fake-clock.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'
import { openWritten } from './connections.ts'

const SECRET = 'hush "p@ss" word'
const BASIC = Buffer.from(`loader:${SECRET}`).toString('base64')
const SAID = `it said ${SECRET}, ${encodeURIComponent(SECRET)}, ${JSON.stringify({ a: SECRET })} and Basic ${BASIC}`
const lines: string[] = []
const note = (message: string, data?: object) => void lines.push(JSON.stringify({ message, ...data }))
const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log }

const thrown = () => new TidemarkError('refused', { publicMessage: SAID, message: SAID, cause: new Error(SAID) })
const good: Observation = {
  ok: true,
  assetKey: 'a',
  readings: [],
  rows: null,
  evidence: { method: 'x', strength: 'weak', detail: SAID, costMs: 0 },
  state: null,
  warnings: [SAID],
}
const telltale = testConnectorOf(z.unknown(), (connection) => ({
  check: async () => {
    connection.log.warn(SAID, { inside: [{ deep: SAID }] })
    connection.log.child({ with: SAID }).error('x')
    return { ok: false, detail: SAID, credentialExpiresAt: null }
  },
  async *observe() {
    yield good
    yield { ok: false, assetKey: 'b', publicMessage: SAID, message: SAID }
    throw thrown()
  },
  async *extract() {
    yield { note: SECRET }
    throw thrown()
  },
  discover: () => ({
    [Symbol.asyncIterator]() {
      throw thrown()
    },
  }),
  deliver: async () => {
    connection.log.info(SAID)
    throw thrown()
  },
  close: async () => {
    throw thrown()
  },
}))

function open() {
  const tools = { connectors: new Map([['telltale', telltale]]), lookup: () => SECRET, clock: new FakeClock(0), log }
  const written = { kind: 'telltale', settings: { user: 'loader', nested: [{ password: '${PASSWORD}' }] } }
  const { connector, connection } = openWritten(tools, 'sis', written, new AbortController().signal)
  return connector.open(connection)
}
const caught = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )
const delivery = { path: 'x', contentType: '', bytes: 0, sha256: '', async *open() {}, options: {} }

describe('an open connection', () => {
  it('repeats none of its secrets, whatever its system says and wherever it says it', async () => {
    const session = await open()
    const seen: unknown[] = [await session.check()]
    const errors: unknown[] = [await caught(session.deliver?.(delivery) ?? Promise.resolve())]
    for (const source of [session.observe?.([]), session.extract?.({}), session.discover?.('UTC')]) {
      try {
        for await (const item of source ?? []) seen.push(item)
      } catch (error) {
        errors.push(error)
      }
    }
    errors.push(await caught(session.close?.() ?? Promise.resolve()))
    const words = [...errors.flatMap((error) => [toPublicMessage(error), toInternalMessage(error), (error as Error).stack]), ...lines]
    expect(errors).toHaveLength(5)
    expect(words.every((text) => text?.includes('•••') || text?.includes('"x"'))).toBe(true)
    for (const text of [...words, ...seen.filter((item) => !JSON.stringify(item).includes('note')).map((item) => JSON.stringify(item))])
      expect(text).not.toMatch(/hush|p@ss|p%40ss|bG9hZGVy/)
  })

  it('hands out rows as they are', async () => {
    for await (const row of (await open()).extract?.({}) ?? []) {
      expect(row).toEqual({ note: SECRET })
      break
    }
  })
})

describe('the limits of a connection', () => {
  const clock = new FakeClock(0)
  const limited = { ...testConnectorOf(z.object({}), () => ({})), limits: { atOnce: 2, perMinute: null } }
  const connectors = new Map([
    ['limited', limited],
    ['free', testConnectorOf(z.object({}), () => ({}))],
  ])
  const openAs = (kind: string, limits?: { atOnce?: number; perMinute?: number }) =>
    openWritten({ connectors, lookup: () => undefined, clock, log }, 'bi', { kind, limits, settings: {} }, new AbortController().signal)
      .connection
  const signal = new AbortController().signal

  it('hold for all its sessions together, by its connector or by the catalogue', async () => {
    const [first, second] = [openAs('limited'), openAs('limited')]
    expect(first.turns).toBe(second.turns)
    await first.turns?.take(signal)
    await second.turns?.take(signal)
    const isWaiting = await Promise.race([first.turns?.take(signal).then(() => false), turns().then(() => true)])
    expect(isWaiting).toBe(true)
    expect(openAs('limited', { atOnce: 9 }).turns).not.toBe(first.turns)
  })

  it('are none where its connector counts nothing', () => {
    expect(openAs('free').turns).toBeUndefined()
  })
})
