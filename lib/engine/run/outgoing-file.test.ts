import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileFormatSchema } from '#lib/domain/values/file-format.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { type OutgoingFile, type SpoolOptions, spoolFile } from './outgoing-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outgoing-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const options = (rows: SpoolOptions['rows'], more: { format?: object; signal?: AbortSignal; refused?: string[] } = {}): SpoolOptions => ({
  rows,
  format: fileFormatSchema.parse(more.format ?? { format: 'csv' }),
  signal: more.signal ?? new AbortController().signal,
  folder,
  onRefused: async (reason) => void more.refused?.push(reason),
})
async function withOutgoingFile<T>(spool: SpoolOptions, use: (file: OutgoingFile) => Promise<T>): Promise<T> {
  const file = await spoolFile(spool)
  return use(file).finally(() => file.remove())
}
const left = () => readdir(folder)

function* numbered(count: number): Generator<JsonObject> {
  for (let id = 1; id <= count; id += 1) yield { id, name: `Zoë ${id}` }
}

describe('a file on its way out', () => {
  it('is counted and hashed as it is written, and can be read as often as asked', async () => {
    await withOutgoingFile(options(numbered(20_000)), async (file) => {
      const [once, twice] = await Promise.all([buffer(file.open()), buffer(file.open())])
      expect(once.toString('utf8').split('\n')).toHaveLength(20_002)
      expect(once.equals(twice)).toBe(true)
      expect(file).toMatchObject({
        rows: 20_000,
        bytes: once.length,
        sha256: createHash('sha256').update(once).digest('hex'),
        contentType: 'text/csv; charset=utf-8; header=present',
      })
    })
  })

  it('has no name that anybody else could open, and leaves nothing behind', async () => {
    const seen = await withOutgoingFile(options(numbered(3)), () => left())
    expect(seen).toEqual([])
    expect(await left()).toEqual([])
  })

  it('may be empty', async () => {
    expect(await withOutgoingFile(options([]), async (file) => [file.bytes, file.rows])).toEqual([0, 0])
  })

  it('is written in the encoding of its format', async () => {
    const format = { format: 'csv', header: false, encoding: 'latin1' }
    await withOutgoingFile(options([{ name: 'Zoë' }, { name: '9 €' }], { format }), async (file) => {
      expect([...(await buffer(file.open()))]).toEqual([0x5a, 0x6f, 0xeb, 0x0a, 0x39, 0x20, 0x80, 0x0a])
    })
  })

  it('cannot be read once it was removed; removing twice does no harm', async () => {
    const file = await spoolFile(options(numbered(3)))
    await file.remove()
    await file.remove()
    await expect(buffer(file.open())).rejects.toThrow()
  })
})

describe('what goes wrong', () => {
  it('a row that cannot be written is left out, with its reason', async () => {
    const refused: string[] = []
    const format = { format: 'fixed', columns: [{ field: 'name', width: 5 }] }
    const rows = [{ name: 'first' }, { name: 'too long' }, { name: 'third' }]
    await withOutgoingFile(options(rows, { format, refused }), async (file) => {
      expect((await buffer(file.open())).toString()).toBe('first\nthird\n')
      expect(file.rows).toBe(2)
    })
    expect(refused).toEqual(['name is 8 characters wide; the column has 5'])
  })

  it('a column that never comes refuses the file', async () => {
    await expect(spoolFile(options([{ a: 1 }], { format: { format: 'csv', columns: ['a', 'nmae'] } }))).rejects.toMatchObject({
      publicMessage: expect.stringContaining('column nmae stands in no row'),
    })
    expect(await left()).toEqual([])
  })

  it('a source that breaks in the middle leaves nothing, and its error comes through', async () => {
    async function* breaking() {
      yield* numbered(5_000)
      throw new Error('the source broke')
    }
    await expect(spoolFile(options(breaking()))).rejects.toThrow('the source broke')
    expect(await left()).toEqual([])
  })

  it('stops when it is cancelled, closing its source', async () => {
    const cancel = new AbortController()
    let closed = false
    async function* endless(): AsyncGenerator<JsonObject> {
      try {
        for (let id = 1; ; id += 1) {
          if (id === 20_000) cancel.abort()
          yield { id }
        }
      } finally {
        closed = true
      }
    }
    await expect(spoolFile(options(endless(), { signal: cancel.signal }))).rejects.toMatchObject({ name: 'AbortError' })
    expect(closed).toBe(true)
    expect(await left()).toEqual([])
  })

  it('a folder that is not there is no reason to write elsewhere', async () => {
    await expect(spoolFile({ ...options(numbered(1)), folder: join(folder, 'missing') })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

it('is read a piece at a time, whatever its size', async () => {
  const filler = 'x'.repeat(100_000)
  await withOutgoingFile(options(Array.from({ length: 50 }, (_, id) => ({ id, filler }))), async (file) => {
    const sizes: number[] = []
    for await (const chunk of file.open()) sizes.push(chunk.length)
    expect(Math.max(...sizes)).toBe(65_536)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(file.bytes)
  })
})
