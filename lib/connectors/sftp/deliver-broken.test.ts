import { describe, expect, it } from 'vitest'
import sftpConnector from '#lib/connectors/sftp.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { deliveryOf, LibraryWorld, WHOLE_FILE } from '#lib/testing/worlds/library-world.ts'

const sftp = askOnce(sftpConnector)

const world = await LibraryWorld.forTests()

describe('a server that breaks off', () => {
  const positions = [0, 1, 1_000, 32_768, 65_536, 100_000, WHOLE_FILE.length - 32_768, WHOLE_FILE.length - 1]

  it.each(positions)(
    'after %i bytes leaves the old file as it was, and the next try completes the new one without leftovers',
    async (afterBytes) => {
      await world.put('patrons_2026-11-20.csv', 'yesterday')
      world.server.faults.set({ kind: 'dies', afterBytes, times: 1 })
      await expect(world.deliver()).rejects.toMatchObject({
        code: 'unavailable',
        retryable: true,
        publicMessage: expect.stringContaining('broke the connection'),
      })
      expect((await world.read()).toString()).toBe('yesterday')
      await world.deliver()
      expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
      expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
    },
  )

  it.each(positions)('after %i bytes leaves nothing under a name that was free', async (afterBytes) => {
    world.server.faults.set({ kind: 'dies', afterBytes, times: 1 })
    await expect(world.deliver()).rejects.toMatchObject({ retryable: true })
    expect((await world.inbox()).filter((name) => !name.includes('.part-'))).toEqual([])
    await world.deliver()
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it.each([false, true])('at the rename (done: %s) leaves the old file or the new one', async (done) => {
    await world.put('patrons_2026-11-20.csv', 'yesterday')
    world.server.faults.set({ kind: 'dies-at-rename', done, times: 1 })
    await expect(world.deliver()).rejects.toMatchObject({ retryable: true })
    expect((await world.read()).equals(done ? WHOLE_FILE : Buffer.from('yesterday'))).toBe(true)
    await world.deliver()
    expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('and cannot replace in one step leaves a whole file or none', async () => {
    const seen = new Set<string>()
    for (const afterBytes of [0, 50_000, WHOLE_FILE.length - 1]) {
      await world.put('patrons_2026-11-20.csv', 'yesterday')
      world.server.faults.set({ kind: 'dies', afterBytes, times: 1 })
      await expect(world.deliver()).rejects.toMatchObject({ retryable: true })
      seen.add((await world.read().catch(() => 'none')).toString())
    }
    expect([...seen]).toEqual(['yesterday'])
  })
})

async function keptBytes(): Promise<number> {
  const [name] = await world.inbox()
  return name === undefined ? 0 : (await world.read(name)).length
}

describe('what else a server does', () => {
  it.each([
    [{ kind: 'disk-full', afterBytes: 100_000 } as const, 'quota may be full', true],
    [{ kind: 'truncates', afterBytes: 100_000 } as const, `it kept 100000 of ${WHOLE_FILE.length} bytes`, true],
    [{ kind: 'read-only' } as const, 'permission denied', false],
    [{ kind: 'down' } as const, 'broke the connection', true],
    [{ kind: 'no-logins' } as const, 'refused the credentials', false],
  ])('%j ends in words, and no half file has the name', async (kind, words, retryable) => {
    world.server.faults.set(kind)
    await expect(world.deliver()).rejects.toMatchObject({ retryable, publicMessage: expect.stringContaining(words) })
    expect(await world.inbox()).toEqual([])
  })

  it('a missing folder is named', async () => {
    await expect(world.deliver(deliveryOf('nowhere/x.csv'))).rejects.toMatchObject({
      code: 'not-found',
      publicMessage: expect.stringContaining('nowhere/x.csv'),
    })
  })

  it('silence ends after the timeout, not before', async () => {
    world.server.faults.set({ kind: 'falls-silent', afterBytes: 40_000 })
    let ended: unknown
    const work = world.deliver(deliveryOf(), { timeout: '10s' }).catch((error: unknown) => {
      ended = error
    })
    await expect.poll(keptBytes).toBe(40_000)
    await world.clock.advance(9_999)
    expect(ended).toBeUndefined()
    await world.clock.advance(1)
    await work
    expect(ended).toMatchObject({ code: 'timeout', retryable: true, publicMessage: expect.stringContaining('silent for 10 s') })
  })

  it('a cancelled delivery hangs up at once', async () => {
    world.server.faults.set({ kind: 'falls-silent', afterBytes: 40_000 })
    const cancel = new AbortController()
    const work = sftp.deliver(world.connected({}, cancel.signal), deliveryOf())
    await expect.poll(keptBytes).toBe(40_000)
    cancel.abort()
    await expect(work).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('an error of the content itself comes through', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half')
      throw new Error('the disk of ours broke')
    }
    await expect(world.deliver({ ...deliveryOf(), open: broken })).rejects.toMatchObject({ code: 'internal' })
    expect(await world.inbox()).toEqual([])
  })
})
