import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Session } from '#lib/connectors/kit/connector.ts'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import sftp from '#lib/connectors/sftp.ts'
import { content, listed } from '#lib/testing/connectors/store-session.ts'
import { LIBRARY_NOW, LibraryWorld, WHOLE_FILE } from '#lib/testing/worlds/library-world.ts'

const world = await LibraryWorld.forTests()

type Files = Required<Pick<Session, 'files' | 'openFile'>>
const asked = <T>(work: (files: Files) => Promise<T>, settings: object = {}) =>
  withSession(sftp, world.connected(settings), (session) => work(session as Files))
const list = (where: string, settings?: object) => asked((session) => listed(session.files(where)), settings)
const at = (path: string) => join(world.server.folder, path)

async function write(path: string, text: string | Buffer, writtenAt = LIBRARY_NOW): Promise<void> {
  await mkdir(dirname(at(path)), { recursive: true })
  await writeFile(at(path), text)
  await utimes(at(path), writtenAt / 1000, writtenAt / 1000)
}

describe('listing files of a server', () => {
  it('tells of all whole files below a folder, with a version by length and time', async () => {
    await write('inbox/a b+ü%2F.csv', 'hello', LIBRARY_NOW - 60_000)
    await write('inbox/2026/11/b.csv', 'x')
    await write('other/c.csv', 'x')
    const files = await asked((session) => Array.fromAsync(session.files('inbox/')))
    expect(files.map(({ key }) => key)).toEqual(['inbox/2026/11/b.csv', 'inbox/a b+ü%2F.csv'])
    expect(files[1]).toEqual({ bucket: '', key: 'inbox/a b+ü%2F.csv', version: '5-1795165140', bytes: 5, modifiedAt: LIBRARY_NOW - 60_000 })
    expect(await list('2026', { root: 'inbox' })).toEqual(['2026/11/b.csv'])
    expect(await list('')).toHaveLength(3)
  })

  it('leaves out what is unfinished, hidden, or grows while we look', async () => {
    await write('inbox/whole.csv', 'x')
    await write('inbox/whole.csv.part-0123456789abcdef', 'half')
    await write('inbox/.whole.csv.Xy12', 'half')
    await write('inbox/growing.csv', 'half')
    world.clock.meanwhile = async () => {
      await write('inbox/growing.csv', 'half and more', LIBRARY_NOW + 2_000)
      await write('inbox/new.csv', 'x')
    }
    expect(await list('inbox')).toEqual(['inbox/whole.csv'])
    world.clock.meanwhile = async () => {}
    expect(await list('inbox')).toEqual(['inbox/growing.csv', 'inbox/new.csv', 'inbox/whole.csv'])
  })

  it('follows links to files, and goes round in no circle', async () => {
    await write('archive/a.csv', 'x')
    await mkdir(at('inbox'), { recursive: true })
    await symlink('../archive/a.csv', at('inbox/latest.csv'))
    await symlink('gone.csv', at('inbox/dangling.csv'))
    await symlink('../inbox', at('inbox/round'))
    expect(await list('inbox')).toEqual(['inbox/latest.csv'])
  })

  it('does not wait where nothing is, and says what cannot be listed', async () => {
    expect(await list('inbox')).toEqual([])
    expect(world.clock.waits).toEqual([])
    await expect(list('nowhere')).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
    await expect(list('../x')).rejects.toMatchObject({ publicMessage: expect.stringContaining('leaves the folder') })
    await expect(list('/inbox')).rejects.toMatchObject({ publicMessage: expect.stringContaining('begins with a slash') })
    world.server.faults.set({ kind: 'no-listing' })
    await expect(list('inbox')).rejects.toMatchObject({ code: 'refused', lasting: 'refused' })
  })
})

describe('opening a file of a server', () => {
  const fileOf = async (session: Files): Promise<StoredFile> => {
    const [file] = await Array.fromAsync(session.files('inbox'))
    if (file === undefined) throw new Error('no file')
    return file
  }

  it('brings it as it is', async () => {
    await write('inbox/large.csv', WHOLE_FILE)
    const read = await asked(async (session) => content(await session.openFile(await fileOf(session))))
    expect(read).toBe(WHOLE_FILE.toString())
    expect(await asked(async (session) => content(await session.openFile({ bucket: '', key: 'inbox/large.csv', version: null })))).toBe(
      read,
    )
  })

  it('opens that version and no other', async () => {
    await write('inbox/a.csv', 'first', LIBRARY_NOW - 60_000)
    await asked(async (session) => {
      const file = await fileOf(session)
      await write('inbox/a.csv', 'other')
      await expect(session.openFile(file)).rejects.toMatchObject({
        code: 'not-found',
        publicMessage: expect.stringContaining('was replaced'),
      })
      await rm(at('inbox/a.csv'))
      await expect(session.openFile(file)).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
      await expect(session.openFile({ ...file, key: 'inbox/../../x' })).rejects.toMatchObject({ code: 'invalid' })
    })
  })

  it('fails where the file changes while it is read, or its question is called off', async () => {
    await write('inbox/a.csv', WHOLE_FILE)
    await asked(async (session) => {
      const opened = await session.openFile(await fileOf(session))
      await write('inbox/a.csv', WHOLE_FILE, LIBRARY_NOW + 5_000)
      await expect(content(opened)).rejects.toMatchObject({
        retryable: true,
        publicMessage: expect.stringContaining('changed while it was read'),
      })
    })
    await asked(async (session) => {
      const calling = new AbortController()
      const opened = await session.openFile({ bucket: '', key: 'inbox/a.csv', version: null }, calling.signal)
      calling.abort()
      await expect(content(opened)).rejects.toMatchObject({ code: 'cancelled' })
    })
  })
})
