import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { current, putObject } from '#demo/stores/s3/buckets.ts'
import { STORE_NOW, startS3World } from '#lib/testing/connectors/s3-world.ts'
import { copyFile } from './copy-file.ts'
import { S3Access, S3Store } from './store.ts'

const world = await startS3World()
const { standIn } = world
const access = new S3Access(world.connection())

afterAll(async () => {
  await access.close()
  await standIn.close()
})
afterEach(() => {
  standIn.control.clear()
  standIn.control.requests.length = 0
})

const fileOf = async (key: string) => {
  const [file] = (await Array.fromAsync(world.session().files('landing'))).filter((one) => one.key === key)
  if (file === undefined) throw new Error(`no file ${key}`)
  return file
}
const copies = () => standIn.control.requests.filter((request) => request.startsWith('PUT')).length

describe('copying a file within the store', () => {
  it('leaves the same content under the other name, and once: asked again it does nothing more', async () => {
    standIn.put('landing', 'in/a b+ü%2F.csv', 'hello', STORE_NOW - 60_000)
    standIn.bucket('kept')
    const file = await fileOf('in/a b+ü%2F.csv')
    const copied = await world.session().copyFile(file, 'kept/shop/landing/in/a b+ü%2F.csv')
    expect(copied).toMatchObject({ bucket: 'kept', key: 'shop/landing/in/a b+ü%2F.csv', bytes: 5 })
    expect(current(standIn.bucket('kept'), 'shop/landing/in/a b+ü%2F.csv')?.content.toString()).toBe('hello')
    expect(await world.session().copyFile(file, 'kept/shop/landing/in/a b+ü%2F.csv')).toEqual(copied)
    expect(copies()).toBe(1)
  })

  it('copies in parts what is too large for one request, byte for byte', async () => {
    const content = Buffer.from(Array.from({ length: 1_000_003 }, (_, i) => i % 251))
    standIn.put('landing', 'large.bin', content, STORE_NOW - 60_000)
    const store = new S3Store(world.connection(), access)
    const copied = await copyFile(store, await fileOf('large.bin'), 'landing/copy.bin', { oneCopyBytes: 500_000, partBytes: 300_000 })
    // Of parts it is no checksum of the content.
    expect(copied).toMatchObject({ bytes: 1_000_003, version: expect.stringMatching(/-4$/) })
    expect(current(standIn.bucket('landing'), 'copy.bin')?.content.equals(content)).toBe(true)
    expect(await copyFile(store, await fileOf('large.bin'), 'landing/copy.bin', { oneCopyBytes: 500_000, partBytes: 300_000 })).toEqual(
      copied,
    )
    expect(copies()).toBe(4)
  })

  it('copies no more in one request than is done in seconds', async () => {
    const content = Buffer.alloc(64 * 1024 ** 2 + 1, 3)
    standIn.put('landing', 'larger.bin', content, STORE_NOW - 60_000)
    const file = await fileOf('larger.bin')
    standIn.control.requests.length = 0
    expect(await world.session().copyFile(file, 'landing/larger-copy.bin')).toMatchObject({ bytes: content.length })
    expect(copies()).toBe(2)
  })

  it('leaves no parts about where it fails', async () => {
    standIn.put('landing', 'large.bin', Buffer.alloc(900_000, 1), STORE_NOW - 60_000)
    const file = await fileOf('large.bin')
    const store = new S3Store(world.connection(), access)
    standIn.put('landing', 'large.bin', Buffer.alloc(900_000, 2), STORE_NOW)
    const sizes = { oneCopyBytes: 500_000, partBytes: 300_000 }
    await expect(copyFile(store, file, 'landing/other.bin', sizes)).rejects.toMatchObject({ code: 'not-found' })
    expect(standIn.bucket('landing').uploads.size).toBe(0)
    expect(current(standIn.bucket('landing'), 'other.bin')).toBeUndefined()
  })

  it('does not copy what has been replaced, and copies again over a copy of something older', async () => {
    standIn.put('landing', 'c.csv', 'first', STORE_NOW - 120_000)
    const first = await fileOf('c.csv')
    standIn.put('landing', 'target.csv', 'older', STORE_NOW - 180_000)
    await world.session().copyFile(first, 'landing/target.csv')
    expect(current(standIn.bucket('landing'), 'target.csv')?.content.toString()).toBe('first')
    standIn.put('landing', 'c.csv', 'other', STORE_NOW)
    await expect(world.session().copyFile(first, 'landing/t2.csv')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('copies, and opens, what its store calls by an ETag that is no MD5, and no other content of it', async () => {
    const content = Buffer.alloc(600_000, 1)
    putObject(standIn.bucket('landing'), 'g.csv', content, STORE_NOW - 60_000, 'W1qXo-7')
    const file = await fileOf('g.csv')
    const store = new S3Store(world.connection(), access)
    const opened = await world.session().openFile(file)
    expect(Buffer.concat(await Array.fromAsync(opened.bytes)).equals(content)).toBe(true)
    const inParts = { oneCopyBytes: 500_000, partBytes: 300_000 }
    expect(await copyFile(store, file, 'landing/whole-g.csv')).toMatchObject({ bytes: 600_000 })
    expect(await copyFile(store, file, 'landing/parts-of-g.csv', inParts)).toMatchObject({ bytes: 600_000 })
    expect(standIn.bucket('landing').uploads.size).toBe(0)
    putObject(standIn.bucket('landing'), 'g.csv', content, STORE_NOW, 'W1qXo-8')
    for (const sizes of [undefined, inParts])
      await expect(copyFile(store, file, 'landing/later-g.csv', sizes)).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
  })

  it('says that the target is missing, not the file, where the bucket to copy to is not there', async () => {
    standIn.put('landing', 'f.csv', Buffer.alloc(600_000, 1), STORE_NOW - 60_000)
    const store = new S3Store(world.connection(), access)
    for (const sizes of [undefined, { oneCopyBytes: 500_000, partBytes: 300_000 }])
      await expect(copyFile(store, await fileOf('f.csv'), 'nowhere/f.csv', sizes)).rejects.toMatchObject({
        code: 'refused',
        publicMessage: expect.stringContaining('could not copy f.csv to nowhere/f.csv: nowhere is not there'),
      })
  })

  it('takes an error that comes with HTTP 200 for what it is, and asks again', async () => {
    standIn.put('landing', 'd.csv', 'hello', STORE_NOW - 60_000)
    standIn.control.set('error-in-200', 1)
    await expect(world.session().copyFile(await fileOf('d.csv'), 'landing/copied-d.csv')).resolves.toMatchObject({ bytes: 5 })
    standIn.control.set('error-in-200')
    await expect(world.session().copyFile(await fileOf('d.csv'), 'landing/never-d.csv')).rejects.toMatchObject({ retryable: true })
  })

  it('wants the name of a file to copy to', async () => {
    standIn.put('landing', 'e.csv', 'hello')
    await expect(world.session().copyFile(await fileOf('e.csv'), 'landing/')).rejects.toMatchObject({
      publicMessage: expect.stringContaining('names no file'),
    })
  })
})
