import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StoredFile } from '#lib/connectors/kit/files.ts'
import type { Context } from '#lib/db/context.ts'
import type { FileEvent } from '#lib/domain/files/file-event.ts'
import { DAY_MS, MINUTE_MS } from '#lib/domain/time/instant.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { fileFlow } from '#lib/testing/runs/file-flow.ts'
import { acceptFiles } from './accept-files.ts'
import { retryFiles } from './retry-files.ts'

let database: TestDatabase
let clock: FakeClock
let ctx: Context

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt('2026-11-30T12:00:00Z'))
  await fileFlow(ctx, 'prices', { place: 'shop/incoming', match: '**.jsonl.gz' })
  await fileFlow(ctx, 'sized', { place: 'shop', leastBytes: 5, mostBytes: 20 })
})
afterAll(() => database.drop())
beforeEach(() => ctx.pool.query('delete from inbox_file'))

const told = (key: string, more: Partial<FileEvent> = {}): FileEvent => {
  return { bucket: 'shop', key, version: `v of ${key}`, bytes: 10, at: clock.now(), sequencer: '0A', change: 'written', ...more }
}
const listed = (key: string, more: Partial<StoredFile> = {}): StoredFile => {
  return { bucket: 'shop', key, version: `v of ${key}`, bytes: 10, modifiedAt: clock.now(), ...more }
}
const accept = (...files: FileEvent[]) => acceptFiles(ctx, 'prices', 'bucket', files)
const rows = async () => {
  const { rows } = await ctx.pool.query('select key, version, state, reason, tries from inbox_file order by id')
  return rows.map(({ key, version, state }) => `${key} ${version} ${state}`)
}
const setState = (key: string, state: string) =>
  ctx.pool.query('update inbox_file set state = $2, ended_at = $3 where key = $1', [key, state, new Date(clock.now())])

describe('a file that a flow waits for', () => {
  it('is kept once for each version, however often and in whatever order it is told', async () => {
    const [a, b] = [told('incoming/a.jsonl.gz'), told('incoming/b.jsonl.gz')]
    expect(await accept(a)).toEqual({ arrived: 1, known: 0, ignored: 0 })
    expect(await accept(b, a, a, b)).toEqual({ arrived: 1, known: 3, ignored: 0 })
    expect(await accept(told('incoming/a.jsonl.gz', { version: 'another', sequencer: '0B' }))).toMatchObject({ arrived: 1 })
    expect(await rows()).toEqual([
      'incoming/a.jsonl.gz v of incoming/a.jsonl.gz arrived',
      'incoming/b.jsonl.gz v of incoming/b.jsonl.gz arrived',
      'incoming/a.jsonl.gz another arrived',
    ])
  })

  it('of which nothing tells one content from the next waits again when it is told after it ended, and is landed once by what its store says', async () => {
    const bare = told('incoming/a.jsonl.gz', { version: null, bytes: null, at: null, sequencer: null })
    const dated = told('incoming/b.jsonl.gz', { version: null, bytes: null, sequencer: null })
    expect(await accept(bare, dated)).toMatchObject({ arrived: 2 })
    expect(await accept(bare, dated)).toMatchObject({ arrived: 0, known: 2 })
    for (const state of ['landed', 'failed']) {
      await setState(bare.key, state)
      await setState(dated.key, state)
      clock.set(clock.now() + MINUTE_MS)
      expect(await accept(dated)).toMatchObject({ arrived: 0, known: 1 })
      expect(await accept(bare, bare)).toMatchObject({ arrived: 1 })
      expect(await rows()).toEqual(['incoming/a.jsonl.gz ~@ arrived', expect.stringMatching(`^incoming/b.jsonl.gz ~@.* ${state}$`)])
    }
  })

  it('has failed as it comes, with words, where it is told to be of another size than its flow takes; a person may have it tried', async () => {
    const accept = (...files: (FileEvent | StoredFile)[]) => acceptFiles(ctx, 'sized', 'bucket', files as FileEvent[])
    expect(await accept(told('a', { bytes: 4 }), told('b', { bytes: 5 }), told('c', { bytes: null }))).toMatchObject({ arrived: 3 })
    await accept(listed('d', { bytes: 21 }))
    await accept(told('a', { bytes: 4 }))
    const states = async () =>
      (await ctx.pool.query('select key, state, reason, ended_at is null as open from inbox_file order by key')).rows
    expect(await states()).toEqual([
      { key: 'a', state: 'failed', reason: 'It has 4 bytes, and its flow takes files of 5 bytes to 20 bytes.', open: false },
      { key: 'b', state: 'arrived', reason: null, open: true },
      { key: 'c', state: 'arrived', reason: null, open: true },
      { key: 'd', state: 'failed', reason: 'It has 21 bytes, and its flow takes files of 5 bytes to 20 bytes.', open: false },
    ])
    await ctx.pool.query("update inbox_file set state = 'gone' where key = 'd'")
    await accept(listed('d', { bytes: 21 }))
    expect((await states())[3]).toMatchObject({ state: 'failed', open: false })
    await retryFiles(ctx, { flow: 'sized', files: null })
    expect((await states()).map(({ state }) => state)).toEqual(['arrived', 'arrived', 'arrived', 'arrived'])
  })

  it('is kept once when many tell of it at the same time', async () => {
    const files = Array.from({ length: 30 }, (_, n) => told(`incoming/${n}.jsonl.gz`))
    const others = Array.from({ length: 4 }, () => database.context(clock))
    const answers = await Promise.all(others.map((other, n) => acceptFiles(other, 'prices', 'bucket', n % 2 ? files : files.toReversed())))
    expect(answers.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(30)
    expect(await rows()).toHaveLength(30)
  })

  it('lies where its trigger says and is called as it says; anything else is left alone', async () => {
    const others = ['elsewhere/a.jsonl.gz', 'incoming-old/a.jsonl.gz', 'incoming/a.txt', 'incoming/folder.jsonl.gz/', ''].map((key) =>
      told(key),
    )
    const odd = ['incoming/ü +%2F/x.jsonl.gz', `incoming/${'k'.repeat(1800)}.jsonl.gz`]
    expect(await accept(...others, ...odd.map((key) => told(key)))).toEqual({ arrived: 2, known: 0, ignored: 5 })
    expect((await ctx.pool.query('select key from inbox_file order by id')).rows.map(({ key }) => key).sort()).toEqual(odd.sort())
    expect(await acceptFiles(ctx, 'prices', 'another', [told('incoming/a.jsonl.gz')])).toMatchObject({ ignored: 1 })
    expect(await acceptFiles(ctx, 'nobody', 'bucket', [told('incoming/a.jsonl.gz')])).toMatchObject({ ignored: 1 })
  })

  it('is known by length and time where nobody tells its version', async () => {
    const file = told('incoming/a.jsonl.gz', { version: null })
    expect(await accept(file, file, { ...file, bytes: 11 })).toMatchObject({ arrived: 2 })
  })

  it('is not landed again when it is seen again, by a listing or in a late event', async () => {
    const file = told('incoming/a.jsonl.gz')
    await accept(file)
    await setState(file.key, 'landed')
    clock.set(clock.now() + 3 * DAY_MS)
    expect(await acceptFiles(ctx, 'prices', 'bucket', [listed(file.key)])).toEqual({ arrived: 0, known: 1, ignored: 0 })
    expect(await accept({ ...file, sequencer: '0F' })).toMatchObject({ known: 1 })
    expect(await rows()).toEqual([`${file.key} ${file.version} landed`])
    // What a listing still sees is kept: forgotten, it would land anew.
    expect((await ctx.pool.query('select seen_at from inbox_file')).rows[0].seen_at.getTime()).toBe(clock.now())
  })
})

describe('a file that was removed in its store', () => {
  const key = 'incoming/a.jsonl.gz'
  const removed = () => told(key, { change: 'removed', version: null, sequencer: '0B' })

  it('is noted in whatever order that is told, but not where the file had landed before', async () => {
    await accept(removed())
    await accept(told(key))
    expect(await rows()).toEqual([`${key} ~removed 0B gone`, `${key} v of ${key} arrived`])
    await accept(removed())
    expect(await rows()).toHaveLength(2)
    await ctx.pool.query('delete from inbox_file')
    await accept(told(key))
    await setState(key, 'landed')
    await accept(removed())
    expect(await rows()).toEqual([`${key} v of ${key} landed`])
  })

  it('waits again when it is there again, as later events or a listing say, and not for an event of before', async () => {
    const gone = async () => {
      await ctx.pool.query('delete from inbox_file')
      await accept(told(key, { sequencer: '0C' }))
      await setState(key, 'gone')
    }
    await gone()
    // Longer by zeros is the same, and not later.
    expect(await accept(told(key, { sequencer: '0B' }), told(key, { sequencer: '0c00' }))).toMatchObject({ arrived: 0 })
    expect(await accept(told(key, { sequencer: '0c01' }))).toMatchObject({ arrived: 1 })
    await gone()
    clock.set(clock.now() + MINUTE_MS)
    expect(await acceptFiles(ctx, 'prices', 'bucket', [listed(key)])).toMatchObject({ arrived: 1 })
    expect(await rows()).toEqual([`${key} v of ${key} arrived`])
  })
})
