import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { STORE_NOW, startS3World } from '#lib/testing/connectors/s3-world.ts'
import { listed } from '#lib/testing/connectors/store-session.ts'

const world = await startS3World()
const { standIn } = world

afterAll(() => standIn.close())
afterEach(() => {
  standIn.control.clear()
  standIn.control.requests.length = 0
})

/** Keys that a listing, an address or an event may spoil. */
const KEYS = ['a+b.csv', 'a b.csv', 'größe/ü.csv', 'per%2Fcent.csv', 'quote"s&<less>.csv', 'line\nbreak.csv', 'tail./x', '日本.csv']

describe('listing files', () => {
  it('tells of each its bucket, key, version, length and time', async () => {
    standIn.put('plain', 'in/a.csv', 'hello', STORE_NOW - 60_000)
    const files = await Array.fromAsync(world.session().files('plain/in'))
    expect(files).toEqual([
      { bucket: 'plain', key: 'in/a.csv', version: '5d41402abc4b2a76b9719d911017c592', bytes: 5, modifiedAt: STORE_NOW - 60_000 },
    ])
  })

  it.each([true, false])('names every key as the store does, where listings encode keys (%s)', async (encodes) => {
    standIn.control.encodesKeys = encodes
    for (const key of KEYS) standIn.put('keys', key, 'x')
    // Only an encoded listing can hold what XML cannot.
    const expected = encodes ? KEYS : KEYS.filter((key) => !key.includes('\n'))
    expect((await listed(world.session().files('keys'))).filter((key) => encodes || !key.includes('line'))).toEqual(
      expected.toSorted(byBytes),
    )
  })

  it('leaves out what only marks a folder, and what lies beside the place', async () => {
    for (const key of ['in/', 'in/sub/', 'in/old_$folder$', 'in/a.csv', 'in/sub/b.csv', 'in-archive/c.csv', 'in.csv'])
      standIn.put('marks', key, '')
    expect(await listed(world.session().files('marks/in'))).toEqual(['in/a.csv', 'in/sub/b.csv'])
    expect(await listed(world.session().files('marks/in/'))).toEqual(['in/a.csv', 'in/sub/b.csv'])
    expect(await listed(world.session().files('marks/none'))).toEqual([])
  })

  it('goes on page by page until the end', async () => {
    standIn.control.keysPerPage = 7
    const keys = Array.from({ length: 50 }, (_, i) => `k${String(i).padStart(3, '0')} +.csv`)
    for (const key of keys) standIn.put('pages', key, 'x')
    expect(await listed(world.session().files('pages'))).toEqual(keys)
    expect(standIn.control.requests.filter((request) => request.includes('list-type=2'))).toHaveLength(8)
  })

  it('names the versions that events name, where a bucket keeps versions, and no removed file', async () => {
    const bucket = standIn.bucket('kept')
    bucket.keepsVersions = true
    standIn.control.keysPerPage = 2
    standIn.put('kept', 'a b.csv', 'first')
    const second = standIn.put('kept', 'a b.csv', 'second')
    standIn.put('kept', 'gone.csv', 'x')
    standIn.remove('kept', 'gone.csv')
    const third = standIn.put('kept', 'ü.csv', 'third')
    const files = await Array.fromAsync(world.session().files('kept'))
    expect(files.map(({ key, version }) => [key, version])).toEqual([
      ['a b.csv', second.id],
      ['ü.csv', third.id],
    ])
  })

  it.each([
    ['html-page', 'is no listing'],
    ['short-listing', 'another number of files'],
    ['endless-listing', 'does not say where'],
    ['odd-names', 'a name in a listing is not encoded'],
  ] as const)('never takes an answer of another kind for an empty place: %s', async (fault, words) => {
    standIn.put('odd', 'a.csv', 'x')
    standIn.control.set(fault)
    await expect(listed(world.session().files('odd'))).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it.each([
    ['endless-listing', 'does not say where'],
    ['odd-names', 'a name in a listing is not encoded'],
  ] as const)('refuses a listing of versions that is not as it should be: %s', async (fault, words) => {
    standIn.bucket('odd-versions').keepsVersions = true
    standIn.put('odd-versions', 'a.csv', 'x')
    standIn.control.set(fault)
    await expect(listed(world.session().files('odd-versions'))).rejects.toMatchObject({ publicMessage: expect.stringContaining(words) })
  })

  it('fails where a listing is cut in the middle, and may be tried again', async () => {
    standIn.put('odd', 'a.csv', 'x')
    standIn.control.set('cut-listing')
    await expect(listed(world.session().files('odd'))).rejects.toMatchObject({ retryable: true })
  })

  it('says which bucket is not there, and that a path has to name one', async () => {
    await expect(listed(world.session().files('nowhere/in'))).rejects.toMatchObject({ code: 'not-found', lasting: 'gone' })
    await expect(listed(world.session().files('/in'))).rejects.toMatchObject({ publicMessage: expect.stringContaining('names no bucket') })
  })
})

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}
