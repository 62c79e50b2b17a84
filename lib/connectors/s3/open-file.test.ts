import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Turns } from '#lib/connectors/kit/turns.ts'
import { startS3World } from '#lib/testing/connectors/s3-world.ts'
import { content } from '#lib/testing/connectors/store-session.ts'

const world = await startS3World()
const { standIn } = world
const LARGE = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('')

afterAll(() => standIn.close())
afterEach(() => {
  standIn.control.clear()
  standIn.control.requests.length = 0
})

describe('opening a file', () => {
  it('brings it as it is, with what the store says of it', async () => {
    standIn.put('landing', 'in/a b+ü.csv', LARGE)
    const opened = await world.session().openFile({ bucket: 'landing', key: 'in/a b+ü.csv', version: null })
    expect(opened.file).toMatchObject({ key: 'in/a b+ü.csv', bytes: LARGE.length })
    expect(await content(opened)).toBe(LARGE)
  })

  it('goes on where it was cut, several times, as the same version', async () => {
    const { etag } = standIn.put('landing', 'large.txt', LARGE)
    standIn.control.set('cut-body', 4)
    expect(await content(await world.session().openFile({ bucket: 'landing', key: 'large.txt', version: etag }))).toBe(LARGE)
    expect(standIn.control.requests.filter((request) => request.startsWith('GET'))).toHaveLength(5)
  })

  it('ends in an error where it is replaced while it is read, never in a mixture', async () => {
    standIn.put('landing', 'changing.txt', LARGE)
    const opened = await world.session().openFile({ bucket: 'landing', key: 'changing.txt', version: null })
    standIn.control.set('cut-body', 1)
    const again = await world.session().openFile({ bucket: 'landing', key: 'changing.txt', version: null })
    standIn.put('landing', 'changing.txt', LARGE.toUpperCase())
    await expect(content(again)).rejects.toMatchObject({ code: 'not-found', publicMessage: expect.stringContaining('replaced or removed') })
    expect(await content(opened)).toBe(LARGE)
  })

  it('ends in an error where it is cut again and again without anything more, and where a store sends another part', async () => {
    standIn.put('landing', 'tiny.txt', 'x')
    standIn.control.set('cut-body')
    await expect(content(await world.session().openFile({ bucket: 'landing', key: 'tiny.txt', version: null }))).rejects.toMatchObject({
      retryable: true,
    })
    standIn.put('landing', 'large.txt', LARGE)
    standIn.control.set('cut-body', 1)
    const opened = await world.session().openFile({ bucket: 'landing', key: 'large.txt', version: null })
    standIn.control.set('ignores-range')
    await expect(content(opened)).rejects.toMatchObject({ publicMessage: expect.stringContaining('another part') })
  })

  it('takes up a stream that falls silent', async () => {
    standIn.put('landing', 'large.txt', LARGE)
    standIn.control.set('silent-body', 1)
    expect(
      await content(
        await world
          .session({}, { settings: { ...world.connection().settings, timeout: 600 } })
          .openFile({ bucket: 'landing', key: 'large.txt', version: null }),
      ),
    ).toBe(LARGE)
  })

  it('opens the version that was asked for, also when it is not the newest', async () => {
    standIn.bucket('kept').keepsVersions = true
    const first = standIn.put('kept', 'a.csv', 'first')
    standIn.put('kept', 'a.csv', 'second')
    const open = (version: string | null) => world.session().openFile({ bucket: 'kept', key: 'a.csv', version })
    expect(await content(await open(first.id))).toBe('first')
    expect(await content(await open(null))).toBe('second')
    for (const none of ['nosuchversion', 'NoSuchVersionHas']) await expect(open(none)).rejects.toMatchObject({ code: 'not-found' })
    standIn.remove('kept', 'a.csv')
    expect(await content(await open(first.id))).toBe('first')
    await expect(open(null)).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
  })

  it('says that a version is gone, by its sum or altogether', async () => {
    const { etag } = standIn.put('landing', 'b.csv', 'old')
    standIn.put('landing', 'b.csv', 'new')
    const open = (key: string, version: string | null) => world.session().openFile({ bucket: 'landing', key, version })
    await expect(open('b.csv', etag)).rejects.toMatchObject({ code: 'not-found' })
    await expect(open('never.csv', null)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('says so where missing and forbidden look the same', async () => {
    standIn.control.hidesMissing = true
    standIn.bucket('landing')
    await expect(world.session().openFile({ bucket: 'landing', key: 'never.csv', version: null })).rejects.toMatchObject({
      code: 'refused',
      publicMessage: expect.stringContaining('what is missing looks the same'),
    })
  })

  it('stops reading when its question is called off', async () => {
    standIn.put('landing', 'large.txt', LARGE)
    standIn.control.set('silent-body')
    const calling = new AbortController()
    const opened = await world.session().openFile({ bucket: 'landing', key: 'large.txt', version: null }, calling.signal)
    const reading = content(opened)
    calling.abort()
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('gives its place back where nobody reads, and is whole for who reads later', async () => {
    standIn.put('landing', 'large.txt', LARGE)
    const turns = new Turns(world.clock, { atOnce: 1, perMinute: null })
    const session = world.session({}, { turns, settings: { ...world.connection().settings, timeout: 600 } })
    const opened = await session.openFile({ bucket: 'landing', key: 'large.txt', version: null })
    const end = await turns.take(new AbortController().signal)
    end()
    expect(await content(opened)).toBe(LARGE)
  })

  it('keeps its place among the requests of the connection until it has been read', async () => {
    standIn.put('landing', 'large.txt', LARGE)
    const turns = new Turns(world.clock, { atOnce: 1, perMinute: null })
    const session = world.session({}, { turns })
    const opened = await session.openFile({ bucket: 'landing', key: 'large.txt', version: null })
    const calling = new AbortController()
    const waiting = turns.take(calling.signal)
    expect(await Promise.race([waiting, new Promise((resolve) => setImmediate(() => resolve('waits')))])).toBe('waits')
    await content(opened)
    expect(typeof (await waiting)).toBe('function')
  })
})
