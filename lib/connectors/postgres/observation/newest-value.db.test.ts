import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresAssetSchema } from '#lib/connectors/postgres/settings.ts'
import postgres from '#lib/connectors/postgres.ts'
import { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'

let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
})
afterAll(() => db.drop())

const clock = new FakeClock(Date.parse('2026-11-29T06:00Z'))
const probe = (path: string, settings: Record<string, unknown> = {}) => db.probe(path, { column: 'loaded_at', ...settings }, { clock })
const at = async (path: string, settings: Record<string, unknown> = {}) => {
  const seen = await probe(path, settings)
  return seen.ok ? new Date(seen.readings[0]?.at ?? Number.NaN).toISOString() : seen.publicMessage
}

describe('numbers', () => {
  test.each([
    ['int8', '20261128233000', '2026-11-28T23:30:00.000Z'],
    ['numeric', '20261128233000.25', '2026-11-28T23:30:00.250Z'],
    ['float8', '20261128233000', '2026-11-28T23:30:00.000Z'],
    ['varchar(20)', `'2026112823'`, '2026-11-28T23:00:00.000Z'],
    ['int8', '20261128', '2026-11-28T23:59:59.999Z'],
    ['int8', '1795000000000', '2026-11-18T11:06:40.000Z'],
    ['int8', '639000000000000000', /no time for certain.*nanoseconds.*ticks/],
    ['int8', '134000000000000000', /no time for certain.*1974/],
    ['int8', '99991231', /no time for certain.*9999-12-31/],
  ])('%s %s', async (type, value, expected) => {
    await db.sql(`drop table if exists numbers; create table numbers (loaded_at ${type}); insert into numbers values (${value})`)
    expect(await at('public.numbers')).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected))
  })
})

describe('texts', () => {
  test('of different offsets and forms are compared as instants', async () => {
    await db.sql(`create table offsets (loaded_at text); insert into offsets values
      ('2026-11-28T09:00:00+09:00'), ('2026-11-28T08:30:00Z'), ('2026-11-28T04:00:00-05:00'), ('2026-11-28 07:00:00Z'), ('n/a')`)
    const seen = good(await probe('public.offsets'))
    expect(new Date(seen.readings[0]?.at ?? 0).toISOString()).toBe('2026-11-28T09:00:00.000Z')
    expect(seen.evidence.strength).toBe('strong')
  })

  test('of a large table with an index are asked for the last in their order, which is weak', async () => {
    await db.sql(`create table many_texts (loaded_at text); create index on many_texts (loaded_at); insert into many_texts
      select '2026-11-2' || i % 9 || 'T00:00:00Z' from generate_series(1, 100001) i; analyze many_texts`)
    expect(good(await probe('public.many_texts')).evidence).toMatchObject({ method: 'text', strength: 'weak' })
  })

  test('that may be times in a form nobody knows make the newest readable one weak', async () => {
    await db.sql(`create table two_forms (loaded_at text); insert into two_forms values ('2026-11-20T00:00:00Z'), ('29.11.2026')`)
    const seen = good(await probe('public.two_forms'))
    expect(seen).toMatchObject({ evidence: { strength: 'weak' }, warnings: expect.arrayContaining([expect.stringContaining('left out')]) })
  })

  test('without any time among them tell none', async () => {
    await db.sql(`create table words (loaded_at text); insert into words values ('yesterday'), ('')`)
    expect(await at('public.words')).toContain('time')
    await db.sql(`create table mixed (loaded_at text); insert into mixed select md5(i::text) from generate_series(1, 500) i`)
    expect(await at('public.mixed')).toContain('too many forms')
  })
})

test('a domain over a domain is what lies behind it', async () => {
  await db.sql(`create domain moment as timestamptz; create domain load_moment as moment check (value > '2000-01-01'); create domain label as text;
    create table domains (loaded_at load_moment, tag label); insert into domains values ('2026-11-28 05:00+00', '2026-11-28T06:00:00Z')`)
  expect(await at('public.domains')).toBe('2026-11-28T05:00:00.000Z')
  expect(await at('public.domains', { column: 'tag' })).toBe('2026-11-28T06:00:00.000Z')
})

describe('where', () => {
  test('says which rows count, so that one of the year 9999 does not hide the table', async () => {
    await db.sql(`create table hidden (loaded_at timestamptz, kind text); create index on hidden (loaded_at);
      insert into hidden values ('2026-11-28 05:00+00', 'a'), ('9999-12-31 00:00+00', 'b'), ('2026-11-28 09:00+00', 'x;y')`)
    expect(await at('public.hidden')).toMatch(/^9999-/)
    expect(await at('public.hidden', { where: `loaded_at < '9999-01-01'` })).toBe('2026-11-28T09:00:00.000Z')
    expect(await at('public.hidden', { where: `kind = 'a' or false` })).toBe('2026-11-28T05:00:00.000Z')
    expect(good(await probe('public.hidden', { where: `kind = 'none'` })).readings[0]?.at).toBeNull()
  })

  test('that cannot be applied is said to be the asset’s', async () => {
    await db.sql('create table applied (loaded_at timestamptz); insert into applied values (now())')
    for (const where of ['no_such_column = 1', 'loaded_at', `loaded_at < 'soon'`, 'loaded_at <']) {
      expect(await at('public.applied', { where }), where).toContain('where cannot be applied')
    }
  })

  test('whose column is lost is a lost column: gone, until somebody changes something', async () => {
    await db.sql('create table narrowed (loaded_at timestamptz, kind text); insert into narrowed values (now())')
    await db.sql('alter table narrowed drop column kind')
    expect(await probe('public.narrowed', { where: `kind = 'a'` })).toMatchObject({ ok: false, lasting: 'gone' })
    expect(await probe('public.narrowed', { where: `loaded_at < 'soon'` })).toMatchObject({ ok: false, lasting: undefined })
  })

  test('that could not be applied is tried at each look until it can, although no counter moves', async () => {
    await db.sql(`create table wrong (loaded_at timestamptz, kind text); insert into wrong values ('2026-11-20 05:00+00', 'a')`)
    const settings = { column: 'loaded_at', where: `kind = 'a'` }
    const first = await db.probe('public.wrong', settings)
    await db.sql('alter table wrong rename kind to other')
    const failedBefore = { ...anAsset('public.wrong', settings, first), hasFailed: true }
    const look = async () => (await Array.fromAsync(askOnce(postgres).observe(db.connection(), [failedBefore])))[0]
    expect(await look()).toMatchObject({ ok: false, lasting: 'gone' })
    await db.sql('alter table wrong rename other to kind')
    expect(await look()).toMatchObject({ ok: true, evidence: { method: 'scan' } })
  })

  test('is refused at the door when it is more than a condition, or has no column', () => {
    expect(postgresAssetSchema.safeParse({ column: 'a', where: 'true); drop table t' }).success).toBe(false)
    expect(postgresAssetSchema.safeParse({ where: 'true' }).success).toBe(false)
    expect(postgresAssetSchema.safeParse({ column: 'a', where: `a < '9999-01-01'` }).success).toBe(true)
  })

  test('changes what was known: the table is read again', async () => {
    await db.sql('create table again (loaded_at timestamptz, v int); insert into again values (now(), 1)')
    const first = await probe('public.again')
    const second = await db.probe('public.again', { column: 'loaded_at', where: 'v = 2' }, { clock, previous: first })
    expect(good(second).readings[0]?.at).toBeNull()
  })
})

test('of two columns the one that tells a time is told, the other is said', async () => {
  await db.sql(`create table half (loaded_at timestamptz, event_day int); insert into half values ('2026-11-28 05:00+00', 7)`)
  const seen = good(await probe('public.half', { dataThrough: 'event_day' }))
  expect(seen.readings).toHaveLength(1)
  expect(seen.warnings.join()).toContain('holds 7')
})

test('a wall time that autumn repeats is its first instant, and carries the second', async () => {
  await db.sql(`create table autumn (loaded_at timestamp); insert into autumn values ('2026-11-01 01:50')`)
  const seen = good(await probe('public.autumn', { zone: 'America/New_York' }))
  const first = Date.parse('2026-11-01T05:50Z')
  expect(seen.readings).toEqual([{ clock: 'writtenAt', at: first, precision: 'instant', orAt: first + 3_600_000 }])
})

test('a clock known by texts alone is weak, and the one beside it stays strong', async () => {
  await db.sql(`create table half_texts (loaded_at text, event_at timestamptz);
    insert into half_texts values ('2026-11-28 05:00', '2026-11-27 05:00+00'), ('perhaps 2026-11-29', null)`)
  const seen = good(await probe('public.half_texts', { dataThrough: 'event_at', zone: 'UTC' }))
  expect(seen.readings.map(({ clock, evidence }) => [clock, evidence?.method, evidence?.strength])).toEqual([
    ['writtenAt', 'text', 'weak'],
    ['dataThroughAt', 'scan', 'strong'],
  ])
  expect(seen.evidence).toMatchObject({ method: 'text', strength: 'weak' })
})
