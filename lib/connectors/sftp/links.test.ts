import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import sftpConnector from '#lib/connectors/sftp.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { deliveryOf, LIBRARY_NOW, LibraryWorld, TODAYS_FILE, WHOLE_FILE } from '#lib/testing/worlds/library-world.ts'

const sftp = askOnce(sftpConnector)

const HOUR_MS = 3_600_000
const world = await LibraryWorld.forTests()

const place = (path: string) => join(world.server.folder, path)
async function write(path: string, content: string, writtenAt: number): Promise<void> {
  await mkdir(join(place(path), '..'), { recursive: true })
  await writeFile(place(path), content)
  await utimes(place(path), writtenAt / 1000, writtenAt / 1000)
}

async function probe(path = 'inbox/patrons_{date}.csv', settings: object = {}): Promise<Observation> {
  const asset = { key: `library_sftp/${path}`, path, settings: {}, previous: null }
  const [seen] = await Array.fromAsync(sftp.observe(world.connected(settings), [asset]))
  if (!seen) throw new Error('one observation per asset')
  return seen
}
const read = (path: string) => Array.fromAsync(sftp.extract(world.connected(), { path, format: 'csv' }))
const nothing = { ok: true, readings: [{ clock: 'writtenAt', at: null }] }

describe('a symbolic link', () => {
  it('is its target: as old, as long, and read as it', async () => {
    await write('archive/a.csv', 'id\n1\n', LIBRARY_NOW - 50 * HOUR_MS)
    await symlink('../archive/a.csv', place('inbox/latest.csv'))
    expect(await probe('inbox/latest.csv')).toMatchObject({
      readings: [{ clock: 'writtenAt', at: LIBRARY_NOW - 50 * HOUR_MS }],
      state: { name: 'latest.csv', bytes: 5 },
    })
    expect(await read('inbox/latest.csv')).toEqual([{ id: '1' }])
  })

  it('to an empty file, and one whose target is still being written, are what their targets are', async () => {
    await write('archive/a.csv', '', LIBRARY_NOW)
    await symlink('../archive/a.csv', place('inbox/latest.csv'))
    expect(await probe('inbox/latest.csv')).toMatchObject({ ...nothing, warnings: ['latest.csv is empty and does not count'] })
    await write('archive/a.csv', 'id\n', LIBRARY_NOW)
    world.clock.meanwhile = () => write('archive/a.csv', 'id\n1\n', LIBRARY_NOW + 3000)
    expect(await probe('inbox/latest.csv')).toMatchObject({ ok: true, readings: [], warnings: ['latest.csv is still being written'] })
  })

  it.each([
    ['that dangles', () => symlink('gone.csv', place(`inbox/${TODAYS_FILE}`))],
    ['that leads through a file', () => symlink('patrons.txt/x.csv', place(`inbox/${TODAYS_FILE}`))],
    ['to a folder', () => symlink('../inbox', place(`inbox/${TODAYS_FILE}`))],
    ['to itself', () => symlink(TODAYS_FILE, place(`inbox/${TODAYS_FILE}`))],
    [
      'to another link that dangles',
      async () => {
        await symlink('gone.csv', place('inbox/other'))
        await symlink('other', place(`inbox/${TODAYS_FILE}`))
      },
    ],
  ])('%s is no file', async (_which, make) => {
    await write('inbox/patrons.txt', 'text', LIBRARY_NOW)
    await make()
    expect(await probe()).toMatchObject({ ...nothing, warnings: [`${TODAYS_FILE} is a link that leads to no file and does not count`] })
    await expect(read('inbox/patrons_{date}.csv')).rejects.toMatchObject({ code: 'not-found' })
    await world.put('patrons_2026-11-18.csv', 'older', LIBRARY_NOW - 40 * HOUR_MS)
    expect(await probe()).toMatchObject({ readings: [{ at: LIBRARY_NOW - 40 * HOUR_MS }] })
  })

  it('whose target goes is a file that went', async () => {
    await write('archive/a.csv', 'id\n1\n', LIBRARY_NOW)
    await symlink('../archive/a.csv', place('inbox/latest.csv'))
    world.clock.meanwhile = () => rm(place('archive/a.csv'))
    expect(await probe('inbox/latest.csv')).toMatchObject(nothing)
  })

  it('to a folder is good for the folder that files stand in', async () => {
    await mkdir(place('real'))
    await symlink('real', place('out'))
    await write('real/x.csv', 'id\n1\n', LIBRARY_NOW - HOUR_MS)
    expect(await probe('out/x.csv')).toMatchObject({ readings: [{ at: LIBRARY_NOW - HOUR_MS }] })
    expect(await probe('x.csv', { root: '/out' })).toMatchObject({ readings: [{ at: LIBRARY_NOW - HOUR_MS }] })
  })

  it('as a side-car that dangles is none', async () => {
    await world.put(TODAYS_FILE, 'whole')
    await symlink('gone', place(`inbox/${TODAYS_FILE}.sha256`))
    expect(await probe()).toMatchObject({ readings: [{ at: LIBRARY_NOW - HOUR_MS }], state: { verified: false } })
  })

  it('is replaced by a delivery of its name, its target untouched', async () => {
    await write('archive/a.csv', 'theirs', LIBRARY_NOW)
    await symlink('../archive/a.csv', place(`inbox/${TODAYS_FILE}`))
    await world.deliver(deliveryOf())
    expect(await world.read()).toEqual(WHOLE_FILE)
    expect(await probe()).toMatchObject({ readings: [{ at: LIBRARY_NOW }] })
  })
})
