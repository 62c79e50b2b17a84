import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import sftpConnector from '#lib/connectors/sftp.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { deliveryOf, LIBRARY_KEYS, LibraryWorld } from '#lib/testing/worlds/library-world.ts'

const sftp = askOnce(sftpConnector)

const world = await LibraryWorld.forTests()

describe('getting in', () => {
  it('works with a password, also where it is asked for, and with a key', async () => {
    expect(await sftp.check(world.connected())).toEqual({
      ok: true,
      detail: 'Signed in as library; files can be written to the folder we start in.',
      credentialExpiresAt: null,
    })
    expect(
      await sftp.check(world.connected({ password: undefined, privateKey: LIBRARY_KEYS.private.trimEnd(), passphrase: 'open sesame' })),
    ).toMatchObject({ ok: true })
    const asking = await world.startOther({ asksForPassword: true })
    expect(asking.fingerprint).toBe(world.server.fingerprint)
    expect(await sftp.check(world.connected({ port: asking.port }))).toMatchObject({ ok: true })
    await asking.close()
    expect(await readdir(world.server.folder)).toEqual(['inbox'])
  })

  it.each([
    [{ password: 'hunter2' }, 'refused the credentials'],
    [{ user: 'nobody' }, 'refused the credentials'],
    [{ password: undefined, privateKey: LIBRARY_KEYS.private, passphrase: 'hunter2' }, 'private key'],
    [{ password: undefined, privateKey: 'not a key' }, 'private key'],
    [{ host: 'no-such-host.invalid' }, 'cannot be found'],
    [{ port: 1 }, 'refuses connections'],
    [{ root: '/missing' }, 'no such file or folder'],
  ])('with %j it says why not, without a secret', async (more, words) => {
    const health = await sftp.check(world.connected(more))
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining(words) })
    expect(health.detail).not.toMatch(/pretend|hunter2|sesame|BEGIN/)
  })

  it('is refused by us when the host key is another one, and nothing is sent', async () => {
    const other = `SHA256:${'A'.repeat(43)}`
    const health = await sftp.check(world.connected({ hostKey: other }))
    expect(health).toMatchObject({ ok: false, detail: expect.stringContaining(`hostKey: "${world.server.fingerprint}"`) })
    await expect(world.deliver(deliveryOf(), { hostKey: other })).rejects.toMatchObject({
      code: 'refused',
      retryable: false,
      systemWide: true,
    })
    expect(await world.inbox()).toEqual([])
    expect(await sftp.check(world.connected({ hostKey: [other, world.server.fingerprint] }))).toMatchObject({ ok: true })
  })

  it('tells the fingerprint to write down while it is unknown', async () => {
    expect(await sftp.check(world.connected({ hostKey: 'unknown' }))).toMatchObject({
      ok: false,
      detail: expect.stringContaining(`shows the host key ${world.server.fingerprint}.`),
    })
  })

  it('says when we may only read', async () => {
    world.server.faults.set({ kind: 'read-only' })
    expect(await sftp.check(world.connected())).toMatchObject({ ok: true, detail: expect.stringContaining('cannot be written') })
  })

  it.each([
    [{ password: undefined }, 'password'],
    [{ privateKey: 'both' }, 'password'],
    [{ passphrase: 'x' }, 'passphrase'],
    [{ hostKey: 'aa:bb' }, 'hostKey'],
    [{ hostKey: undefined }, 'hostKey'],
    [{ host: 'sftp://x' }, 'host'],
  ])('settings with %j are refused', (more, key) => {
    const given = { host: 'x', user: 'u', password: 'p', hostKey: 'unknown', ...more }
    expect(sftp.settings.safeParse(given).error?.issues.map((issue) => issue.path[0])).toContain(key)
  })
})
