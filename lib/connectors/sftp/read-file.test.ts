import { describe, expect, it } from 'vitest'
import { withSession } from '#lib/connectors/kit/session.ts'
import sftpConnector from '#lib/connectors/sftp.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { LIBRARY_NOW, LibraryWorld, WHOLE_FILE } from '#lib/testing/worlds/library-world.ts'

const sftp = askOnce(sftpConnector)

const world = await LibraryWorld.forTests()

const read = (request: Record<string, unknown>, more: object = {}) => Array.fromAsync(sftp.extract(world.connected(more), request))

describe('reading files', () => {
  it('reads the newest file of a template as rows', async () => {
    await world.put('patrons_2026-11-19.csv', 'id,name\n0,old\n', LIBRARY_NOW - 9_000_000)
    await world.put('patrons_2026-11-20.csv', '\ufeffid,name\n1,Zoë\n2,"a, b"\n')
    expect(await read({ path: 'inbox/patrons_{date}.csv', format: 'csv' })).toEqual([
      { id: '1', name: 'Zoë' },
      { id: '2', name: 'a, b' },
    ])
    await world.put('x.json', '{"data":{"items":[{"a":1},{"a":12345678901234567890}]}}')
    expect(await read({ path: 'inbox/x.json', format: 'json', records: 'data.items' })).toHaveLength(2)
    await world.put('x.ndjson', '{"a":1}\n\n{"a":2}')
    expect(await read({ path: 'inbox/x.ndjson', format: 'ndjson' })).toEqual([{ a: 1 }, { a: 2 }])
  })

  it('reads a large file a piece at a time', async () => {
    await world.put('big.csv', `id,name\n${WHOLE_FILE.toString()}`)
    const rows = await read({ path: 'inbox/big.csv', format: 'csv' })
    expect(rows).toHaveLength(30_000)
    expect(rows.at(-1)).toEqual({ id: '29999', name: 'Zoë 29999' })
  })

  it('may stop in the middle', async () => {
    await world.put('big.csv', `id,name\n${WHOLE_FILE.toString()}`)
    for await (const row of sftp.extract(world.connected(), { path: 'inbox/big.csv', format: 'csv' })) {
      expect(row).toEqual({ id: '0', name: 'Zoë 0' })
      break
    }
  })

  it.each([
    [{ path: 'inbox/none.csv', format: 'csv' }, 'has no file'],
    [{ path: 'inbox/bad.json', format: 'json' }, 'cut off'],
    [{ path: 'inbox/empty.csv', format: 'csv' }, 'not empty'],
    [{ path: 'inbox/latin.csv', format: 'csv' }, 'not UTF-8'],
    [{ format: 'csv' }, 'no path'],
    [{ path: '../x', format: 'csv' }, '".."'],
  ])('%j ends in words', async (request, words) => {
    await world.put('bad.json', '[{"a":1},{"a"')
    await world.put('empty.csv', '')
    await world.put('latin.csv', Buffer.from('name\nZo\xeb\n', 'latin1'))
    await expect(read(request)).rejects.toMatchObject({ name: 'TidemarkError', publicMessage: expect.stringContaining(words) })
  })

  it('reads Western text of an older system when told so', async () => {
    await world.put('latin.csv', Buffer.from('1;Zo\xeb\n', 'latin1'))
    const request = { path: 'inbox/latin.csv', format: 'csv', encoding: 'latin1', delimiter: ';', header: false, columns: ['id', 'name'] }
    expect(await read(request)).toEqual([{ id: '1', name: 'Zoë' }])
  })

  it('does not read a file that is still being written', async () => {
    await world.put('x.csv', 'id\n1\n', LIBRARY_NOW)
    world.clock.meanwhile = () => world.put('x.csv', 'id\n1\n2\n', LIBRARY_NOW + 2_000)
    await expect(read({ path: 'inbox/x.csv', format: 'csv' })).rejects.toMatchObject({
      retryable: true,
      publicMessage: expect.stringContaining('still being written'),
    })
  })

  it('keeps its connection from one question of a session to the next, and a broken off question takes only its own along', async () => {
    await world.put('x.csv', 'id\n1\n')
    await world.put('big.csv', `id,name\n${WHOLE_FILE.toString()}`)
    await withSession(sftpConnector, world.connected(), async (session) => {
      const ask = () => Array.fromAsync(session.extract?.({ path: 'inbox/x.csv', format: 'csv' }) ?? [])
      expect(await session.check()).toMatchObject({ ok: true })
      expect(world.server.connections()).toBe(1)
      expect([await ask(), await ask()]).toEqual([[{ id: '1' }], [{ id: '1' }]])
      expect(world.server.connections()).toBe(1)
      const own = new AbortController()
      const reading = session.extract?.({ path: 'inbox/big.csv', format: 'csv' }, own.signal)[Symbol.asyncIterator]()
      await reading?.next()
      const other = ask()
      own.abort()
      expect(await other).toEqual([{ id: '1' }])
      await reading?.return?.()
      expect(await ask()).toEqual([{ id: '1' }])
    })
  })
})
