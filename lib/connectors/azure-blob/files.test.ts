import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { startAzureWorld } from '#lib/testing/connectors/azure-world.ts'
import { content, listed } from '#lib/testing/connectors/store-session.ts'
import { AzureAccess, AzureStore } from './store.ts'

const world = await startAzureWorld('files')
const LARGE = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('')

afterAll(() => world.close())
afterEach(() => world.blobs.behave())

const open = (key: string, version: string | null = null) => world.session().openFile({ bucket: 'opened', key, version })
const fileOf = async (container: string, key: string) => {
  const file = (await Array.fromAsync(world.session().files(container))).find((one) => one.key === key)
  if (file === undefined) throw new Error(`no file ${key}`)
  return file
}

describe('listing blobs', () => {
  it('names every key as the account does, with version, length and time', async () => {
    const keys = ['a b.csv', 'a+b.csv', 'größe/ü.csv', 'per%2Fcent.csv', 'quote&less<.csv']
    for (const key of keys) await world.put('keys', key, 'hello')
    const files = await Array.fromAsync(world.session().files('keys'))
    expect(files.map(({ key }) => key).sort()).toEqual(keys)
    const told = await world.account.getContainerClient('keys').getBlobClient('a b.csv').getProperties()
    expect(files.find(({ key }) => key === 'a b.csv')).toEqual({
      bucket: 'keys',
      key: 'a b.csv',
      version: told.etag?.replaceAll('"', ''),
      bytes: 5,
      modifiedAt: told.lastModified?.getTime(),
    })
  })

  it('leaves out what marks a folder, by its slash or by what it says of itself, and what lies beside the place', async () => {
    for (const key of ['in/a.csv', 'in/sub/b.csv', 'in-archive/c.csv', 'in.csv']) await world.put('marks', key, 'x')
    await world.put('marks', 'in/sub2/', '')
    await world.put('marks', 'in/sub', '', { hdi_isfolder: 'true' })
    expect(await listed(world.session().files('marks/in/'))).toEqual(['in/a.csv', 'in/sub/b.csv'])
  })

  it('goes on page by page until the end', async () => {
    for (let i = 0; i < 12; i++) await world.put('pages', `k${String(i).padStart(2, '0')}.csv`, 'x')
    const pages = await Array.fromAsync(
      new AzureStore(world.connection(), new AzureAccess(world.connection())).pages('pages', '', { perPage: 5 }),
    )
    expect(pages.map(({ files }) => files.length)).toEqual([5, 5, 2])
  })

  it.each(['html-page', 'cut-body'] as const)('never takes an answer of another kind for an empty place: %s', async (rudeness) => {
    await world.put('odd', 'a.csv', 'x')
    world.blobs.be(rudeness)
    await expect(listed(world.session().files('odd'))).rejects.toMatchObject({
      name: 'TidemarkError',
      code: expect.stringMatching(/refused|unavailable/),
    })
  })

  it('says which container is not there', async () => {
    await expect(listed(world.session().files('nowhere/in'))).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
  })
})

describe('opening a blob', () => {
  it('brings it as it is, and goes on where it was cut or fell silent', async () => {
    await world.put('opened', 'a b+ü.txt', LARGE)
    expect(await content(await open('a b+ü.txt'))).toBe(LARGE)
    world.blobs.be('cut-body', 3)
    expect(await content(await open('a b+ü.txt'))).toBe(LARGE)
    world.blobs.be('silent-body', 1)
    const session = world.session({}, { settings: { ...world.connection().settings, timeout: 600 } })
    expect(await content(await session.openFile({ bucket: 'opened', key: 'a b+ü.txt', version: null }))).toBe(LARGE)
  })

  it('opens that version and no other, also when it is replaced while it is read', async () => {
    await world.put('opened', 'b.txt', LARGE)
    const { version } = await fileOf('opened', 'b.txt')
    expect(await content(await open('b.txt', version))).toBe(LARGE)
    world.blobs.be('cut-body', 1)
    const opened = await open('b.txt', version)
    await world.put('opened', 'b.txt', LARGE.toUpperCase())
    await expect(content(opened)).rejects.toMatchObject({
      code: 'not-found',
      publicMessage: expect.stringContaining('replaced or removed'),
    })
    await expect(open('b.txt', version)).rejects.toMatchObject({ code: 'not-found' })
    await expect(open('never.txt')).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
  })

  it('stops when its question is called off', async () => {
    await world.put('opened', 'c.txt', LARGE)
    world.blobs.be('silent-body')
    const calling = new AbortController()
    const reading = content(await world.session().openFile({ bucket: 'opened', key: 'c.txt', version: null }, calling.signal))
    calling.abort()
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('copying a blob within the account', () => {
  it('leaves the same content under the other name, and knows what has been replaced', async () => {
    await world.put('copied', 'in/a b+ü%2F.csv', 'hello')
    const file = await fileOf('copied', 'in/a b+ü%2F.csv')
    const copy = await world.session().copyFile(file, 'copied/kept/a b+ü%2F.csv')
    expect(copy).toMatchObject({ bucket: 'copied', key: 'kept/a b+ü%2F.csv', bytes: 5 })
    expect(await content(await world.session().openFile({ ...copy }))).toBe('hello')
    await world.put('copied', 'in/a b+ü%2F.csv', 'other')
    await expect(world.session().copyFile(file, 'copied/never.csv')).rejects.toMatchObject({ code: 'not-found' })
    await expect(world.session().copyFile(file, 'copied/')).rejects.toMatchObject({ code: 'invalid' })
  })

  it('says that the target is missing, not the file, where the container to copy to is not there', async () => {
    await world.put('copied', 'f.csv', 'hello')
    await expect(world.session().copyFile(await fileOf('copied', 'f.csv'), 'nowhere/f.csv')).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('could not copy f.csv to nowhere/f.csv: nowhere is not there'),
    })
  })

  it('leaves a copy alone that stands there already', async () => {
    await world.put('copied', 'old.csv', 'hello')
    const file = { ...(await fileOf('copied', 'old.csv')), modifiedAt: 0 }
    const copy = await world.session().copyFile(file, 'copied/kept/old.csv')
    world.blobs.behave()
    expect(await world.session().copyFile(file, 'copied/kept/old.csv')).toEqual(copy)
    expect(world.blobs.requests.filter((request) => request.startsWith('PUT'))).toEqual([])
  })
})
