import { createHash } from 'node:crypto'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deliveryOf, LIBRARY_NOW, LibraryWorld, WHOLE_FILE } from '#lib/testing/worlds/library-world.ts'

const world = await LibraryWorld.forTests()

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')

describe('a delivery', () => {
  it('arrives whole under its name, for its receivers alone', async () => {
    expect(await world.deliver()).toEqual({ detail: `inbox/patrons_2026-11-20.csv is there: ${WHOLE_FILE.length} bytes, as sent.` })
    expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('can be repeated, and replaces what stood there', async () => {
    await world.put('patrons_2026-11-20.csv', 'old')
    await world.deliver()
    await world.deliver()
    expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('may be empty', async () => {
    await world.deliver(deliveryOf(undefined, {}, Buffer.alloc(0)))
    expect(await world.read()).toHaveLength(0)
  })

  it('brings its side-car last, in the form of sha256sum', async () => {
    await world.put('patrons_2026-11-20.csv.sha256', 'of an earlier content')
    await world.deliver(deliveryOf(undefined, { checksum: 'sha256' }))
    expect((await world.read('patrons_2026-11-20.csv.sha256')).toString()).toBe(`${sha256(WHOLE_FILE)}  patrons_2026-11-20.csv\n`)
    world.server.faults.set({ kind: 'dies-at-rename', done: true })
    await expect(world.deliver(deliveryOf(undefined, { checksum: 'sha256' }, Buffer.from('new')))).rejects.toMatchObject({
      retryable: true,
    })
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('starts from the root of the connection', async () => {
    await world.deliver(deliveryOf('patrons_2026-11-20.csv'), { root: '/inbox/' })
    expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
  })

  it.each(['../x', '/etc/x', 'in/../../x', ''])('never goes to %j', async (path) => {
    await expect(world.deliver(deliveryOf(path))).rejects.toMatchObject({ code: 'invalid' })
  })

  it.each(['no-posix-rename', 'posix-rename-refused'] as const)(
    '%s: the old file goes first, then the new one gets its name',
    async (kind) => {
      world.server.faults.set({ kind })
      await world.deliver()
      await world.put('patrons_2026-11-20.csv', 'old')
      await world.deliver()
      expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
      expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
    },
  )

  it('cleans up what earlier tries left, and nothing else', async () => {
    const part = '.part-0123456789abcdef'
    await world.put(`patrons_2026-11-20.csv${part}`, 'of an earlier try')
    await world.put(`patrons_2026-11-19.csv${part}`, 'of yesterday, given up', LIBRARY_NOW - 86_400_000 * 2)
    await world.put(`roster.csv${part}`, 'of somebody at work', LIBRARY_NOW - 60_000)
    await world.put(`patrons_2026-11-20.csv.gz${part}`, 'of another file', LIBRARY_NOW - 60_000)
    await world.put('patrons_2026-11-20.csv.part-of-the-story', 'no leftover', LIBRARY_NOW - 86_400_000 * 9)
    await world.deliver()
    expect(await world.inbox()).toEqual([
      'patrons_2026-11-20.csv',
      `patrons_2026-11-20.csv.gz${part}`,
      'patrons_2026-11-20.csv.part-of-the-story',
      `roster.csv${part}`,
    ])
  })

  it('arrives also where a leftover cannot be removed', async () => {
    const leftover = 'patrons_2026-11-20.csv.part-0123456789abcdef'
    await mkdir(join(world.server.folder, 'inbox', leftover))
    await world.deliver()
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv', leftover])
  })

  it('takes the side-car of an earlier content away, also when it brings none', async () => {
    await world.deliver(deliveryOf(undefined, { checksum: 'sha256' }))
    await world.deliver(deliveryOf(undefined, {}, Buffer.from('new')))
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('is no failure when its receiver takes it at once, unless nobody should', async () => {
    world.server.faults.set({ kind: 'picks-up', into: 'taken' })
    expect(await world.deliver()).toMatchObject({ detail: expect.stringContaining('taken away already') })
    expect(await readdir(join(world.server.folder, 'taken'))).toEqual(['patrons_2026-11-20.csv'])
    await expect(world.deliver(deliveryOf(undefined, { pickup: false }))).rejects.toMatchObject({ code: 'not-found' })
  })

  it('works where we may write but not look', async () => {
    world.server.faults.set({ kind: 'no-listing' })
    await world.deliver()
    expect((await world.read()).equals(WHOLE_FILE)).toBe(true)
  })

  it('is read back when asked', async () => {
    expect(await world.deliver(deliveryOf(undefined, { verify: 'content' }))).toMatchObject({
      detail: expect.stringContaining('read back and found the same'),
    })
    world.server.faults.set({ kind: 'garbles' })
    await expect(world.deliver(deliveryOf('inbox/other.csv', { verify: 'content' }))).rejects.toMatchObject({
      retryable: true,
      publicMessage: expect.stringContaining('not what was sent'),
    })
    expect(await world.inbox()).toEqual(['patrons_2026-11-20.csv'])
  })

  it('has the permissions asked for, and none for strangers', async () => {
    const modeOf = async () => (await stat(join(world.server.folder, 'inbox/patrons_2026-11-20.csv'))).mode & 0o777
    await world.deliver()
    expect(await modeOf()).toBe(0o640)
    await world.deliver(deliveryOf(undefined, { mode: '0600' }))
    expect(await modeOf()).toBe(0o600)
  })
})
