import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { silentLog } from '#lib/platform/log.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { testConnectorOf } from '#lib/testing/connectors/test-connector.ts'
import { testServices } from '#lib/testing/runs/job-services.ts'
import { runConnections } from './run-connections.ts'

/** A run's connection to a system with a password, which counts what is looked up. */
function harness() {
  const seen = {
    catalogue: 0,
    states: 0,
    secrets: 0,
    sessions: 0,
    closed: 0,
    passwords: [] as string[],
    signals: [] as AbortSignal[],
    tickets: [] as unknown[],
  }
  const secret = { value: 'old', isRefused: false, isMissing: false }
  const connector = testConnectorOf(z.object({ password: z.string() }), ({ settings, tickets }) => {
    seen.sessions += 1
    seen.tickets.push(tickets)
    return {
      async *extract(_request, signal) {
        seen.passwords.push(settings.password)
        if (signal !== undefined) seen.signals.push(signal)
        if (secret.isRefused) throw new TidemarkError('refused', { publicMessage: 'The credentials are refused.', systemWide: true })
        yield 1
      },
      async openFile({ bucket, key }) {
        if (secret.isRefused) throw new TidemarkError('refused', { publicMessage: 'The credentials are refused.', systemWide: true })
        const file = { bucket, key, version: 'v1', bytes: 2, modifiedAt: 0 }
        return {
          file,
          bytes: (async function* () {
            yield Buffer.from('a')
            if (key === 'cut') throw new TidemarkError('unavailable', { publicMessage: 'It broke off.', systemWide: true })
            yield Buffer.from('b')
          })(),
        }
      },
      async close() {
        seen.closed += 1
        if (secret.isRefused) throw new Error('it does not let us out either')
      },
    }
  })
  const pool = {
    async query(text: string) {
      if (text.includes('catalogue_version')) seen.catalogue += 1
      else seen.states += 1
      return { rows: [{ written: { kind: 'test', password: '${PW}' } }], rowCount: 0 }
    },
  }
  const services = testServices({ pool, clock: new FakeClock(0), log: silentLog } as never, {
    connectors: new Map([['test', connector]]),
    lookup: () => {
      seen.secrets += 1
      return secret.isMissing ? undefined : secret.value
    },
  })
  const connections = runConnections(services, services.signal)
  const ask = (signal = new AbortController().signal) => Array.fromAsync(connections.extract('sis', {}, signal))
  const read = async (key: string) => {
    const { file, bytes } = await connections.openFile('sis', { bucket: 'b', key, version: null }, new AbortController().signal)
    return `${file.version}: ${Buffer.concat(await Array.fromAsync(bytes)).toString()}`
  }
  const index = () => connections.buildIndex('sis', { alias: 'a', runId: 'r', attempt: 1, fields: [] }, services.signal)
  const copy = () => connections.copyFile('sis', { bucket: 'b', key: 'k', version: 'v', bytes: 1, modifiedAt: 0 }, 'b/x', services.signal)
  const anew = () => connections.ask('sis', (session) => Array.fromAsync(session.extract?.({}) ?? []))
  return { seen, secret, ask, anew, read, copy, index, close: connections.close }
}

describe('a run that asks a connection', () => {
  it('a thousand questions looks into the catalogue, its secrets and its state once', async () => {
    const { seen, ask } = harness()
    await ask()
    const { secrets, states } = seen
    await Promise.all(Array.from({ length: 999 }, () => ask()))
    expect(seen).toMatchObject({ catalogue: 1, secrets, states })
    expect(secrets).toBeLessThanOrEqual(5)
    expect(states).toBeLessThanOrEqual(1)
  })

  it('many at once from the start opens it once', async () => {
    const { seen, ask } = harness()
    await Promise.all(Array.from({ length: 100 }, () => ask()))
    expect(seen.catalogue).toBe(1)
  })

  it('gives each question its own way to be stopped', async () => {
    const { seen, ask } = harness()
    const own = [new AbortController(), new AbortController()]
    for (const { signal } of own) await ask(signal)
    expect(seen.signals).toEqual(own.map(({ signal }) => signal))
    expect(seen.signals[0]).toBe(own[0]?.signal)
  })

  it('and is not let in reads its password again for the next try', async () => {
    const { seen, secret, ask } = harness()
    await ask()
    secret.isRefused = true
    secret.value = 'new'
    await expect(ask()).rejects.toThrow('credentials')
    secret.isRefused = false
    await ask()
    expect(seen.passwords).toEqual(['old', 'old', 'new'])
    expect(seen.catalogue).toBe(2)
  })

  it('whose secret is missing blames nothing that it asked for, and finds it as soon as it is there', async () => {
    const { secret, ask, read } = harness()
    secret.isMissing = true
    await expect(ask()).rejects.toThrow('PW')
    await expect(read('k')).rejects.toMatchObject({ systemWide: true, publicMessage: expect.stringContaining('PW') })
    secret.isMissing = false
    expect(await ask()).toEqual([1])
  })

  it('for a file reads it over the one session, and over another one once that did not let it in or broke off', async () => {
    const { seen, secret, ask, read } = harness()
    await ask()
    expect(await read('k')).toBe('v1: ab')
    expect(seen.sessions).toBe(1)
    await expect(read('cut')).rejects.toThrow('broke off')
    secret.isRefused = true
    await expect(read('k')).rejects.toThrow('credentials')
    secret.isRefused = false
    expect(await read('k')).toBe('v1: ab')
    expect(seen.sessions).toBe(3)
  })

  it('for what its connector does not do is told so', async () => {
    await expect(harness().copy()).rejects.toThrow('No file can be copied within sis: its connector does not do that.')
    await expect(harness().index()).rejects.toThrow('No index can be built in sis: its connector builds none.')
  })

  it('has one session with it however often it asks, and leaves when the run is over', async () => {
    const { seen, ask, close } = harness()
    await Promise.all(Array.from({ length: 20 }, () => ask()))
    await ask()
    expect(seen).toMatchObject({ sessions: 1, closed: 0 })
    await close()
    expect(seen).toMatchObject({ sessions: 1, closed: 1 })
    await expect(ask()).rejects.toThrow('the run is over')
  })

  it('any other question asks over a session of its own, which remembers nothing of the one before, and leaves that at once', async () => {
    const { seen, secret, ask, anew, close } = harness()
    await ask()
    secret.value = 'new'
    expect(await anew()).toEqual([1])
    secret.isRefused = true
    await expect(anew()).rejects.toThrow('credentials')
    expect(seen).toMatchObject({ sessions: 3, closed: 2, passwords: ['old', 'new', 'new'] })
    secret.isRefused = false
    secret.value = 'newer'
    await anew()
    const [own, first, second, third] = seen.tickets
    expect([own, first === second, second === third], 'one sign-in, as long as the connection is set up so').toEqual([
      undefined,
      true,
      false,
    ])
    const late = anew()
    await close()
    await expect(late).rejects.toThrow('the run is over')
    expect(seen).toMatchObject({ sessions: 4, closed: 4 })
  })

  it('leaves every session, also those that refused it and do not let it out', async () => {
    const { seen, secret, ask, close } = harness()
    await ask()
    secret.isRefused = true
    await expect(ask()).rejects.toThrow('credentials')
    await expect(ask()).rejects.toThrow('credentials')
    await close()
    expect(seen).toMatchObject({ sessions: 2, closed: 2 })
  })
})
