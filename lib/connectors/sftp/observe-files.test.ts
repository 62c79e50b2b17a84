import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ObservedAsset } from '#lib/connectors/kit/connector.ts'
import sftpConnector from '#lib/connectors/sftp.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { deliveryOf, LIBRARY_NOW, LibraryWorld } from '#lib/testing/worlds/library-world.ts'

const sftp = askOnce(sftpConnector)

const world = await LibraryWorld.forTests()

const asset = (path = 'inbox/patrons_{date}.csv', more: Partial<ObservedAsset> = {}): ObservedAsset => ({
  key: `library_sftp/${path}`,
  path,
  settings: {},
  previous: null,
  ...more,
})
async function probe(given = asset(), more: object = {}) {
  const [seen] = await Array.fromAsync(sftp.observe(world.connected(more), [given]))
  if (!seen) throw new Error('one observation per asset')
  return seen
}
const stateOf = (seen: Awaited<ReturnType<typeof probe>>) => (seen.ok ? seen.state : null)

describe('looking at files', () => {
  it('takes the newest whole file of the template', async () => {
    await world.put('patrons_2026-11-18.csv', 'older', LIBRARY_NOW - 9_000_000)
    await world.put('patrons_2026-11-19.csv', 'newer', LIBRARY_NOW - 3_600_000)
    await world.put('patrons_latest.csv', 'not of the template', LIBRARY_NOW)
    await world.put('patrons_2026-11-20.csv.part-0123456789abcdef', 'half', LIBRARY_NOW)
    expect(await probe()).toMatchObject({
      ok: true,
      assetKey: 'library_sftp/inbox/patrons_{date}.csv',
      rows: null,
      readings: [{ clock: 'writtenAt', at: LIBRARY_NOW - 3_600_000, precision: 'instant' }],
      evidence: { method: 'metadata', strength: 'weak' },
      state: { name: 'patrons_2026-11-19.csv', bytes: 5 },
      warnings: [],
    })
  })

  it('knows nothing there from not being able to look', async () => {
    expect(await probe()).toMatchObject({ ok: true, readings: [{ at: null }] })
    expect(await probe(asset('nowhere/x.csv'))).toMatchObject({
      ok: false,
      publicMessage: expect.stringContaining('no such file or folder'),
      lasting: 'gone',
    })
    expect(await probe(asset('../x.csv'))).toMatchObject({ ok: false, publicMessage: expect.stringContaining('".."') })
    world.server.faults.set({ kind: 'no-listing' })
    expect(await probe()).toMatchObject({ ok: false, publicMessage: expect.stringContaining('permission denied'), lasting: 'refused' })
    world.server.faults.set({ kind: 'down' })
    await expect(probe()).rejects.toMatchObject({ systemWide: true })
  })

  it('calls a file that was there and went gone, and one that has become empty empty', async () => {
    const name = 'patrons_2026-11-20.csv'
    await world.put(name, 'whole')
    const previous = stateOf(await probe())
    await world.put(name, '')
    expect(await probe(asset(undefined, { previous }))).toMatchObject({ ok: true, readings: [{ at: null }] })
    await rm(join(world.server.folder, 'inbox', name))
    expect(await probe(asset(undefined, { previous }))).toMatchObject({
      ok: false,
      lasting: 'gone',
      publicMessage: expect.stringContaining('no file of that name is there'),
    })
    expect(await probe(asset(undefined, { previous, settings: { pickedUp: true } }))).toMatchObject({ ok: true, readings: [] })
    await world.put(name, 'back', LIBRARY_NOW)
    expect(await probe(asset(undefined, { previous }))).toMatchObject({ readings: [{ at: LIBRARY_NOW }] })
  })

  it('does not take an empty file for an arrival', async () => {
    await world.put('patrons_2026-11-20.csv', '')
    expect(await probe()).toMatchObject({ readings: [{ at: null }], warnings: ['patrons_2026-11-20.csv is empty and does not count'] })
    await world.put('patrons_2026-11-19.csv', 'whole', LIBRARY_NOW - 7_200_000)
    expect(await probe()).toMatchObject({ readings: [{ at: LIBRARY_NOW - 7_200_000 }] })
  })

  it('does not take a file for an arrival while it grows', async () => {
    await world.put('patrons_2026-11-20.csv', 'half', LIBRARY_NOW)
    world.clock.meanwhile = () => world.put('patrons_2026-11-20.csv', 'half and more', LIBRARY_NOW + 3_000)
    const growing = await probe()
    expect(growing).toMatchObject({ ok: true, readings: [], state: null, warnings: ['patrons_2026-11-20.csv is still being written'] })
    world.clock.meanwhile = async () => {}
    expect(await probe(asset(undefined, { previous: stateOf(growing) }))).toMatchObject({ readings: [{ at: LIBRARY_NOW + 3_000 }] })
  })

  it('keeps what it knew while the file is written anew, and does not step back to an older one', async () => {
    await world.put('patrons_2026-11-19.csv', 'older', LIBRARY_NOW - 90_000_000)
    await world.put('patrons_2026-11-20.csv', 'whole')
    const known = await probe()
    await world.put('patrons_2026-11-20.csv', 'wh', LIBRARY_NOW)
    world.clock.meanwhile = () => world.put('patrons_2026-11-20.csv', 'WHOLE_FILE ag', LIBRARY_NOW + 1_000)
    expect(await probe(asset(undefined, { previous: stateOf(known) }))).toMatchObject({ readings: [], state: stateOf(known) })
  })

  it('waits only for files it has not seen, once for all of them', async () => {
    await world.put('patrons_2026-11-20.csv', 'whole')
    let waits = 0
    world.clock.meanwhile = async () => {
      waits += 1
    }
    const known = await probe()
    await probe(asset(undefined, { previous: stateOf(known) }))
    expect(waits).toBe(1)
    await world.put('b.csv', 'whole')
    await Array.fromAsync(sftp.observe(world.connected(), [asset('inbox/b.csv'), asset(), asset('inbox/none.csv')]))
    expect(waits).toBe(2)
  })

  it('turns only when the right bytes are there: the side-car decides', async () => {
    await world.deliver(deliveryOf(undefined, { checksum: 'sha256' }))
    const good = await probe()
    expect(good).toMatchObject({
      readings: [{ at: LIBRARY_NOW }],
      evidence: { method: 'content', strength: 'strong' },
      state: { verified: true },
    })
    await world.put('patrons_2026-11-20.csv', 'something else', LIBRARY_NOW + 5_000)
    expect(await probe(asset(undefined, { previous: stateOf(good) }))).toMatchObject({
      readings: [{ at: null }],
      warnings: [expect.stringContaining('side-car')],
    })
  })

  it('finds what receivers have taken away', async () => {
    world.server.faults.set({ kind: 'picks-up', into: 'taken' })
    await world.deliver()
    expect(await probe()).toMatchObject({ readings: [{ at: null }] })
    expect(await probe(asset(undefined, { settings: { pickedUp: 'taken' } }))).toMatchObject({ readings: [{ at: LIBRARY_NOW }] })
    expect(await probe(undefined, { pickedUp: 'taken' })).toMatchObject({ readings: [{ at: LIBRARY_NOW }] })
    expect(await probe(undefined, { pickedUp: 'nobody-took-anything-yet' })).toMatchObject({ readings: [{ at: null }] })
    expect(await probe(asset(undefined, { settings: { pickedUp: true } }))).toMatchObject({ ok: true, readings: [] })
  })

  it('fails for one asset without failing for the others', async () => {
    await world.put('patrons_2026-11-20.csv', 'whole')
    const seen = await Array.fromAsync(sftp.observe(world.connected(), [asset('nowhere/x.csv'), asset()]))
    expect(seen.map(({ ok }) => ok)).toEqual([false, true])
  })
})
