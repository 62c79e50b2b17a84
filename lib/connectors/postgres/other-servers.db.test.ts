import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Observation } from '#lib/connectors/kit/connector.ts'
import postgres from '#lib/connectors/postgres.ts'
import { askOnce } from '#lib/testing/connectors/ask-once.ts'
import { anAsset, createWatchedDatabase, good, type WatchedDatabase } from '#lib/testing/database/watched-database.ts'
import type { PostgresSettings } from './settings.ts'

const { observe, extract: extractRows } = askOnce(postgres)

const BY_COLUMN = { column: 'loaded_at' }
let db: WatchedDatabase
beforeAll(async () => {
  db = await createWatchedDatabase()
  const { hostname, port, pathname, username, password } = new URL(db.url)
  const loopback = `host '${hostname}', port '${port}', dbname '${pathname.slice(1)}'`
  await db.sql(`create extension postgres_fdw; create extension dblink;
    create table fine (loaded_at timestamptz); insert into fine values ('2026-11-20 05:00+00'); create table also_fine (like fine);
    create view killer as select now() as loaded_at where pg_terminate_backend(pg_backend_pid());
    create server dead foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', connect_timeout '2');
    create user mapping for public server dead;
    create server here foreign data wrapper postgres_fdw options (${loopback});
    create user mapping for public server here options (user '${decodeURIComponent(username)}', password '${decodeURIComponent(password)}');
    create foreign table afar (loaded_at timestamptz) server dead;
    create view of_afar as select loaded_at from afar;
    create view by_dblink as select * from dblink('host=127.0.0.1 port=1 connect_timeout=2', 'select now()') as t(loaded_at timestamptz);
    create foreign table far_killer (loaded_at timestamptz) server here options (table_name 'killer');
    create foreign table far_gone (loaded_at timestamptz) server here options (table_name 'nowhere');
    create foreign table far_fine (loaded_at timestamptz) server here options (table_name 'fine')`)
})
afterAll(() => db.drop())

async function probeAll(paths: readonly string[], settings: Partial<PostgresSettings> = {}): Promise<Map<string, Observation>> {
  const seen = await Array.fromAsync(
    observe(
      db.connection({ connections: 1, ...settings }),
      paths.map((path) => anAsset(`public.${path}`, BY_COLUMN)),
    ),
  )
  return new Map(seen.map((one) => [one.assetKey.slice('db/public.'.length), one]))
}

async function raising(...codes: string[]): Promise<string[]> {
  for (const code of codes) {
    await db.sql(`create function raise_${code}() returns timestamptz language plpgsql as $$ begin raise exception 'elsewhere' using errcode = '${code}'; end $$;
      create view says_${code.toLowerCase()} as select raise_${code}() as loaded_at`)
  }
  return codes.map((code) => `says_${code.toLowerCase()}`)
}

describe('a table whose data lie on another server', () => {
  test('fails alone when that server is dead, whatever stands in front of it', async () => {
    const seen = await probeAll(['afar', 'of_afar', 'by_dblink', 'fine', 'also_fine', 'far_fine'])
    expect(seen.size).toBe(6)
    for (const path of ['afar', 'of_afar', 'by_dblink']) {
      expect(seen.get(path)).toMatchObject({ ok: false, publicMessage: expect.stringContaining('another server'), lasting: undefined })
    }
    for (const path of ['fine', 'also_fine', 'far_fine']) expect(seen.get(path)?.ok).toBe(true)
  })

  test('fails alone when that server hangs up, and whatever it reports', async () => {
    const odd = await raising('57P01', '57P03', '08006', '08P01', '25P03', '53300', 'HV00N', 'XX000')
    const seen = await probeAll(['far_killer', ...odd, 'fine'])
    for (const path of ['far_killer', ...odd]) expect(seen.get(path)?.ok).toBe(false)
    expect(seen.get('fine')?.ok).toBe(true)
  })

  test('is gone when that server says so', async () => {
    expect((await probeAll(['far_gone'])).get('far_gone')).toMatchObject({ ok: false, lasting: 'gone' })
  })

  test('that is all there is to look at leaves the connection in order', async () => {
    expect([...(await probeAll(['afar'])).values()]).toMatchObject([{ ok: false }])
  })

  test('cannot be read for a flow, which says so of the other server and tries again later', async () => {
    const reading = Array.fromAsync(extractRows(db.connection(), { path: 'public.afar' }))
    await expect(reading).rejects.toMatchObject({ retryable: true, publicMessage: expect.stringContaining('another server') })
  })
})

describe('tables whose probe ends our own connection', () => {
  test('fail one by one, however many there are, and all others are read', async () => {
    const killers = ['k1', 'k2', 'k3', 'k4', 'k5']
    await db.sql(killers.map((name) => `create view ${name} as select * from killer`).join(';'))
    const seen = await probeAll(['fine', ...killers, 'also_fine'])
    for (const name of killers)
      expect(seen.get(name)).toMatchObject({ ok: false, publicMessage: 'The line broke while it was being read.' })
    expect(good(seen.get('fine') as Observation).readings).toHaveLength(1)
    expect(seen.get('also_fine')?.ok).toBe(true)
  })
})

describe('a question about all tables at once', () => {
  test('that takes too long is their failure, not the connection’s', async () => {
    const seen = await probeAll(['fine', 'also_fine'], { statementTimeout: 1 })
    for (const one of seen.values()) if (!one.ok) expect(one.lasting).toBeUndefined()
    expect(seen.size).toBe(2)
  })
})

describe('what lasts', () => {
  test('is a table, a schema or a column that is not there, and a permission that is missing; nothing else', async () => {
    const reader = `asker_${process.pid}`
    await db.sql(`create role ${reader} login password 'look'; grant select on fine to ${reader}; create table closed (like fine);
      create table narrow (loaded_at timestamptz, other int); grant select (other) on narrow to ${reader};
      create view over_closed as select * from closed; create role ${reader}_owner; alter view over_closed owner to ${reader}_owner;
      grant select on over_closed to ${reader}; create table columnless (v int); grant select on columnless to ${reader};
      create view failing as select (1 / (count(*) - count(*))) as loaded_at from fine; grant select on failing to ${reader}`)
    const url = new URL(db.url)
    url.username = reader
    url.password = 'look'
    const paths = [
      'public.none',
      'nowhere.none',
      'public.columnless',
      'public.closed',
      'public.narrow',
      'public.over_closed',
      'public.failing',
      'a.b.c',
    ]
    const assets = paths.map((path) => anAsset(path, BY_COLUMN))
    const seen = await Array.fromAsync(observe(db.connection({ url: url.href }), assets))
    const lasting = new Map(seen.map((one) => [one.assetKey.slice('db/'.length), one.ok ? 'ok' : one.lasting]))
    expect(Object.fromEntries(lasting)).toEqual({
      'public.none': 'gone',
      'nowhere.none': 'gone',
      'public.columnless': 'gone',
      'public.closed': 'refused',
      'public.narrow': 'refused',
      'public.over_closed': 'refused',
      'public.failing': undefined,
      'a.b.c': undefined,
    })
    await db.sql(`drop view over_closed; drop owned by ${reader}; drop role ${reader}; drop role ${reader}_owner`)
  })

  test('is what took the name of a table, and a materialised view whose rows were let go', async () => {
    await db.sql(`create table becomes (loaded_at timestamptz); create materialized view let_go as select * from fine;
      create materialized view let_go_untimed as select 1 as v`)
    const paths = ['public.becomes', 'public.let_go'] as const
    for (const path of paths) expect(await db.probe(path, BY_COLUMN)).toMatchObject({ ok: true })
    const previous = await db.probe('public.let_go_untimed')
    await db.sql(`drop table becomes; create sequence becomes; refresh materialized view let_go with no data;
      refresh materialized view let_go_untimed with no data`)
    expect(await db.probe('public.becomes', BY_COLUMN)).toMatchObject({ ok: false, lasting: 'gone' })
    expect(await db.probe('public.let_go', BY_COLUMN)).toMatchObject({ ok: false, lasting: 'no-time' })
    expect(await db.probe('public.let_go_untimed', {}, { previous })).toMatchObject({ ok: false, lasting: 'no-time' })
    await db.sql('refresh materialized view let_go')
    expect(await db.probe('public.let_go', BY_COLUMN)).toMatchObject({ ok: true })
    await db.sql('drop sequence becomes; drop materialized view let_go, let_go_untimed')
  })
})
