import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import postgres from '#lib/connectors/postgres.ts'
import { isTidemarkError } from '#lib/domain/tidemark-error.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'
import type { PostgresSettings } from './settings.ts'

const { observe, check } = askOnce(postgres)

const READER = `reader_${process.pid}`
let db: WatchedDatabase
let readerUrl: string
beforeAll(async () => {
  db = await createWatchedDatabase()
  await db.sql(`create role ${READER} login password 'look' valid until '2031-01-01 00:00+00';
    create table fine (loaded_at timestamptz); insert into fine values ('2026-11-20 05:00+00'); grant select on fine to ${READER};
    create table closed (loaded_at timestamptz);
    create table narrow (loaded_at timestamptz, other int); grant select (other) on narrow to ${READER};
    create schema hidden; create table hidden.inside (loaded_at timestamptz); grant select on hidden.inside to ${READER};
    create table flagged (loaded_at bool); grant select on flagged to ${READER};
    create index fine_index on fine (loaded_at)`)
  const url = new URL(db.url)
  url.username = READER
  url.password = 'look'
  readerUrl = url.href
})
afterAll(async () => {
  await db.sql(`drop owned by ${READER}; drop role ${READER}`)
  await db.drop()
})

const BY_COLUMN = { column: 'loaded_at' }

async function probeAll(paths: readonly string[], settings: Partial<PostgresSettings> = {}): Promise<Map<string, Observation>> {
  const assets = paths.map((path) => anAsset(path, BY_COLUMN))
  const seen = await Array.fromAsync(observe(db.connection(settings), assets))
  return new Map(seen.map((one) => [one.assetKey.slice('db/'.length), one]))
}

describe('one bad table', () => {
  test('is that table’s failure, in words, whatever is wrong with it', async () => {
    const paths = [
      'public.gone',
      'public.closed',
      'public.narrow',
      'hidden.inside',
      'public.flagged',
      'public.fine_index',
      'a.b.c',
      'public.fine',
    ]
    const seen = await probeAll(paths, { url: readerUrl })
    expect(seen.size).toBe(paths.length)
    const words = (path: string) => {
      const one = seen.get(path)
      return one?.ok === false ? one.publicMessage : 'ok'
    }
    expect(words('public.gone')).toContain('There is no table gone in schema public')
    expect(words('public.closed')).toContain('GRANT SELECT')
    expect(words('public.narrow')).toContain('may not read column loaded_at')
    expect(words('hidden.inside')).toContain('USAGE')
    expect(words('public.flagged')).toContain('not of a type that can hold a time')
    expect(words('public.fine_index')).toContain('not a table or view')
    expect(words('a.b.c')).toContain('schema.table')
    expect(words('public.fine')).toBe('ok')
  })

  test('without the column, never filled, failing, or wanting to write, fails alone as well', async () => {
    await db.sql(`create table columnless (v int); create materialized view unfilled as select * from fine with no data;
      create view dividing as select (1 / (count(*) - count(*))) as loaded_at from fine; create sequence counted;
      create view writing as select nextval('counted') as loaded_at`)
    const seen = await probeAll(['public.columnless', 'public.unfilled', 'public.dividing', 'public.writing', 'public.fine'])
    expect(seen.get('public.columnless')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('no column loaded_at') })
    expect(seen.get('public.unfilled')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('REFRESH') })
    expect(seen.get('public.dividing')).toMatchObject({ ok: false, message: expect.stringContaining('22012') })
    expect(seen.get('public.writing')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('never does') })
    expect(seen.get('public.fine')?.ok).toBe(true)
  })

  test('that is slow stops at its timeout, one that is locked is not waited for', async () => {
    await db.sql(`create view slow as select now() as loaded_at from pg_sleep(30); create table locked (loaded_at timestamptz)`)
    const holder = new Client({ connectionString: db.url })
    await holder.connect()
    await holder.query('begin; lock table locked in access exclusive mode')
    const seen = await probeAll(['public.slow', 'public.locked', 'public.fine'], { statementTimeout: 300 }).finally(() => holder.end())
    expect(seen.get('public.slow')).toMatchObject({ ok: false, publicMessage: expect.stringContaining('took too long') })
    expect(seen.get('public.locked')).toMatchObject({ ok: false, message: expect.stringMatching(/^(55P03|57014)/) })
    expect(seen.get('public.fine')?.ok).toBe(true)
  })

  test('that breaks its connection fails alone, the others are read over a new one', async () => {
    await db.sql(`create view killer as select now() as loaded_at where pg_terminate_backend(pg_backend_pid())`)
    const seen = await probeAll(['public.killer', 'public.fine'])
    expect(seen.get('public.killer')?.ok).toBe(false)
    expect(seen.get('public.fine')?.ok).toBe(true)
  })

  test('that breaks its connection fails alone among those that are read with it, and what is asked after it is asked over a new one', async () => {
    await db.sql(`create table cursed (loaded_at timestamptz); insert into cursed select now() from generate_series(1, 100);
      alter table cursed enable row level security; create policy breaks on cursed using (pg_terminate_backend(pg_backend_pid()));
      create table counted_only (v int); insert into counted_only values (1); grant select on cursed, counted_only to ${READER}`)
    const told = { loadedAt: { sql: 'select max(loaded_at) from fine' } }
    const assets = [
      anAsset('public.fine', BY_COLUMN),
      anAsset('public.cursed', BY_COLUMN),
      anAsset('public.counted_only'),
      { ...anAsset('public.fine', told), key: 'db/told' },
    ]
    const seen = await Array.fromAsync(observe(db.connection({ url: readerUrl, connections: 1 }), assets))
    expect(Object.fromEntries(seen.map(({ assetKey, ok }) => [assetKey, ok]))).toEqual({
      'db/public.fine': true,
      'db/public.cursed': false,
      'db/public.counted_only': true,
      'db/told': true,
    })
  })

  test('behind row security says that not every row may be seen', async () => {
    await db.sql(`create table rowwise (loaded_at timestamptz); alter table rowwise enable row level security;
      create policy nobody on rowwise using (false); grant select on rowwise to ${READER}; insert into rowwise values (now())`)
    const seen = await probeAll(['public.rowwise'], { url: readerUrl })
    const one = seen.get('public.rowwise')
    expect(one?.ok === true && one.warnings.join()).toContain('Row security')
  })
})

describe('a server whose counters do not count', () => {
  test('has its columns read at every probe, and tells nothing without one', async () => {
    const url = `${db.url}?options=${encodeURIComponent('-c track_counts=off')}`
    const first = await db.probe('public.fine', BY_COLUMN, { connection: { url } })
    const second = good(await db.probe('public.fine', BY_COLUMN, { connection: { url }, previous: first }))
    expect(second.evidence.detail).toContain('nothing counts writes')
    expect(await db.probe('public.fine', {}, { connection: { url } })).toMatchObject({ ok: false })
  })
})

describe('a server out of reach', () => {
  const wrong: [string, (url: URL) => void, RegExp][] = [
    ['nobody answers', (url) => Object.assign(url, { port: '1' }), /Nothing answers/],
    ['the password is wrong', (url) => Object.assign(url, { password: 'no' }), /password/],
    ['no password is set', (url) => Object.assign(url, { password: '' }), /none is set: user:password@/],
    ['there is no such database', (url) => Object.assign(url, { pathname: '/nowhere' }), /no database nowhere any more/],
  ]

  test.each(wrong)('throws when %s, with words and without the address', async (_, change, words) => {
    const url = new URL(readerUrl)
    change(url)
    const error = await probeAll(['public.fine'], { url: url.href }).catch((e: unknown) => e)
    expect(isTidemarkError(error) && error.code).toBe('unavailable')
    expect(isTidemarkError(error) && error.publicMessage).toMatch(words)
    expect(isTidemarkError(error) && error.publicMessage).not.toContain(url.port)
    const health = await check(db.connection({ url: url.href }))
    expect(health).toMatchObject({ ok: false, detail: expect.stringMatching(words) })
  })

  test('a url that is none is refused in words', async () => {
    expect(await check(db.connection({ url: 'mysql://x' }))).toMatchObject({ ok: false, detail: expect.stringContaining('postgres://') })
    const raw = readerUrl.replace(':look@', ':lo@ok/1#@')
    expect(await check(db.connection({ url: raw }))).toMatchObject({ ok: false, detail: expect.stringContaining('@ as %40') })
  })

  test('a probe broken off ends as cancelled', async () => {
    const stop = new AbortController()
    const connection = { ...db.connection(), signal: stop.signal }
    const looking = Array.fromAsync(observe(connection, [anAsset('public.slow', BY_COLUMN)]))
    stop.abort()
    await expect(looking).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('check', () => {
  test('tells version, account, what may be read, and when the password runs out', async () => {
    const health = await check(db.connection({ url: readerUrl }))
    expect(health.ok).toBe(true)
    expect(health.detail).toMatch(/^PostgreSQL \d+.* as reader_\d+: it may read \d+ of \d+ tables/)
    expect(health.detail).toContain('GRANT SELECT')
    expect(health.credentialExpiresAt).toBe(Date.parse('2031-01-01T00:00Z'))
  })

  test('tells when the clocks disagree', async () => {
    const behind = { now: () => 1_700_000_000_000, sleep: () => Promise.resolve() }
    expect((await check(db.connection({}, behind))).detail).toMatch(/clock is \d+ s ahead of ours/)
  })
})

test('a session cannot write, and says who it is', async () => {
  await db.sql(`create view who as select case when current_setting('application_name') = 'tidemark db' and current_setting('transaction_read_only') = 'on'
    then now() end as loaded_at`)
  expect(good(await db.probe('public.who', BY_COLUMN)).readings[0]?.at).not.toBeNull()
})
