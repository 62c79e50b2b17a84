import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CatalogueAsset } from '#lib/catalogue/catalogue.ts'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { applyMigrations } from '#lib/platform/migrate.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { migrateBefore } from '#lib/testing/database/migrate-before.ts'
import { declare } from '#lib/testing/history/state-world.ts'
import { type EdgeSource, loadEdgesSince, replaceEdges } from './lineage-edges.ts'
import { lockSubjects } from './subjects.ts'

const START = Date.parse('2026-11-10T00:00Z')
// Told by events: what discovery tells is replaced by every sync.
const DBT: EdgeSource = { origin: 'openlineage', toldBy: 'push:dbt' }
const LOOKER: EdgeSource = { origin: 'openlineage', toldBy: 'push:looker' }
let database: TestDatabase
let clock: FakeClock
let ctx: Context
let world = 0

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
})
afterAll(() => database.drop())
// Each test has assets of its own; those of the one before leave the catalogue.
beforeEach(() => {
  world += 1
  clock.set(START)
})

const at = (hour: number) => clock.set(START + hour * HOUR_MS)
const keyOf = (name: string) => `lake/${name}${world}`
const asset = (name: string, from: string[] = [], origin: 'declared' | 'flow' = 'declared', own: Partial<CatalogueAsset> = {}) =>
  anAsset(`${name}${world}`, { policies: [], upstream: from.map((key) => ({ key: keyOf(key), origin })), ...own })
const sync = (...assets: CatalogueAsset[]) => declare(ctx, assets)

async function idOf(name: string): Promise<number> {
  const { rows } = await ctx.pool.query<{ id: number }>("select id from subject where kind = 'asset' and key = $1", [keyOf(name)])
  if (rows[0] === undefined) throw new Error(`no asset ${name}`)
  return rows[0].id
}

/** Edges are written `ab`: from a to b. Returns the names of what is made from something else now. */
async function tell(source: EdgeSource, ...edges: string[]): Promise<string> {
  const pairs = await Promise.all(
    edges.map(async ([up = '', down = '']) => ({ upstreamId: await idOf(up), downstreamId: await idOf(down) })),
  )
  const changed = await withTransaction(ctx, (sql) => replaceEdges(sql, ctx.clock.now(), source, pairs))
  const { rows } = await ctx.pool.query<{ name: string }>('select left(path, 1) as name from asset where subject_id = any($1) order by 1', [
    changed,
  ])
  return rows.map(({ name }) => name).join('')
}

const hour = (instant: number | null) => (instant === null ? '' : (instant - START) / HOUR_MS)

async function edgesSince(from: number): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ id: number; name: string }>(
    `select subject_id as id, left(path, 1) as name from asset where path ~ ('^[a-z]' || $1 || '$')`,
    [world],
  )
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  const found = await loadEdgesSince(ctx.pool, [...names.keys()], START + from * HOUR_MS)
  return found.map((edge) => `${names.get(edge.upstreamId)}${names.get(edge.downstreamId)} ${hour(edge.from)}–${hour(edge.to)}`).sort()
}

const stored = async () => (await ctx.pool.query('select * from lineage_edge order by id')).rows

async function now(): Promise<string[]> {
  const { rows } = await ctx.pool.query<{ edge: string }>(
    `select left(u.path, 1) || left(d.path, 1) as edge from lineage_now e join asset u on u.subject_id = e.upstream_id
     join asset d on d.subject_id = e.downstream_id order by 1`,
  )
  return rows.map(({ edge }) => edge)
}

describe('what somebody tells of lineage', () => {
  it('replaces what the same one told before of the same kind, and nothing else', async () => {
    await sync(asset('a'), asset('b'), asset('c'))
    expect(await tell(DBT, 'ab', 'bc')).toBe('bc')
    expect(await tell(LOOKER, 'ab')).toBe('b')
    at(1)
    expect(await tell(DBT, 'ac')).toBe('bc')
    expect(await edgesSince(0)).toEqual(['ab 0–', 'ac 1–', 'bc 0–1'])
    at(2)
    expect(await tell(LOOKER)).toBe('b')
    expect(await edgesSince(0)).toEqual(['ab 0–2', 'ac 1–', 'bc 0–1'])
    expect(await edgesSince(1)).toEqual(['ab 0–2', 'ac 1–'])
    expect(await now()).toEqual(['ac'])
  })

  it('writes nothing when it is the same again, in whatever order and however often', async () => {
    await sync(asset('a'), asset('b'), asset('c', ['a']))
    await tell(DBT, 'ab', 'bc')
    const before = await stored()
    at(1)
    expect(await tell(DBT, 'bc', 'ab', 'bc')).toBe('')
    await sync(asset('a'), asset('b'), asset('c', ['a']))
    expect(await stored()).toEqual(before)
  })

  it('leaves out an asset that is made from itself, and what is not in the catalogue', async () => {
    await sync(asset('a'), asset('b'))
    await sync(asset('a'))
    expect(await tell(DBT, 'aa', 'ab', 'ba')).toBe('')
    expect(await now()).toEqual([])
  })

  it('is one stretch where several told it by turns without a gap', async () => {
    await sync(asset('a'), asset('b', ['a'], 'flow'))
    at(1)
    await tell(DBT, 'ab')
    at(2)
    await sync(asset('a'), asset('b'))
    at(3)
    await tell(LOOKER, 'ab')
    await tell(DBT)
    at(4)
    await tell(LOOKER)
    at(5)
    await tell(LOOKER, 'ab')
    expect(await edgesSince(0)).toEqual(['ab 0–4', 'ab 5–'])
  })

  it('counts for nothing while the asset declares what it is made from, and again afterwards', async () => {
    await sync(asset('a'), asset('b'), asset('c'))
    await tell(DBT, 'ac', 'bc')
    at(1)
    await sync(asset('a'), asset('b'), asset('c', ['b']))
    expect(await now()).toEqual(['bc'])
    at(2)
    await sync(asset('a'), asset('b'), asset('c'))
    expect(await now()).toEqual(['ac', 'bc'])
    expect(await edgesSince(0)).toEqual(['ac 0–1', 'ac 2–', 'bc 0–'])
  })
})

describe('a catalogue that is synced while somebody tells of lineage', () => {
  it('waits for the end of it, whatever else that locks', async () => {
    await sync(asset('a'), asset('b'))
    const [upstreamId, downstreamId] = [await idOf('a'), await idOf('b')]
    const waiting =
      "select from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())"
    let synced: Promise<unknown> = Promise.resolve()
    await withTransaction(ctx, async (sql) => {
      await replaceEdges(sql, ctx.clock.now(), DBT, [{ upstreamId, downstreamId }])
      synced = sync(asset('a'))
      while ((await ctx.pool.query(waiting)).rowCount === 0);
      await lockSubjects(sql, [upstreamId, downstreamId])
    })
    await synced
    expect(await now()).toEqual([])
  })
})

describe('a connection', () => {
  it('that leaves the catalogue says nothing any more', async () => {
    const told = (key: string) => asset('d', [], 'flow', { connection: key, key: `${key}/d${world}` })
    await sync(asset('a'), asset('b'), told('dbt'))
    await tell({ origin: 'dbt', toldBy: 'connection:dbt' }, 'ab')
    await tell(LOOKER, 'ba')
    at(1)
    await sync(asset('a'), asset('b'))
    expect(await edgesSince(0)).toEqual(['ab 0–1', 'ba 0–'])
  })
})

describe('an asset', () => {
  it('that leaves the catalogue leaves no edge, whoever told it; back again it has those that are told anew', async () => {
    await sync(asset('a'), asset('b', ['a']), asset('c'))
    await tell(DBT, 'bc')
    at(1)
    await sync(asset('a'), asset('c'))
    expect(await now()).toEqual([])
    at(2)
    await sync(asset('a'), asset('b', ['a']), asset('c'))
    expect(await edgesSince(0)).toEqual(['ab 0–1', 'ab 2–', 'bc 0–1'])
    at(3)
    await tell(DBT, 'bc')
    expect(await edgesSince(2)).toEqual(['ab 2–', 'bc 3–'])
  })

  it('that is renamed keeps its edges', async () => {
    await sync(asset('a'), asset('b', ['a']))
    await tell(DBT, 'ab')
    const before = await stored()
    at(1)
    await sync(asset('a'), asset('z', ['a'], 'declared', { was: keyOf('b') }))
    expect(await stored()).toEqual(before)
    expect(await now()).toEqual(['az'])
  })

  it('that is joined to one that had been taken for another has the edges of both, none twice and none to itself', async () => {
    await sync(asset('a'), asset('b', ['a']), asset('c', ['b']))
    await tell(DBT, 'bc')
    at(1)
    await sync(asset('a'), asset('z', ['a']), asset('c', ['z']))
    await tell(DBT, 'zc')
    await tell(LOOKER, 'az')
    await ctx.pool.query(
      `insert into lineage_edge (upstream_id, downstream_id, origin, told_by, from_at) values ($1, $2, 'openlineage', 'push:dbt', $4), ($2, $3, 'openlineage', 'push:dbt', $4)`,
      [await idOf('z'), await idOf('b'), await idOf('c'), new Date(START)],
    )
    at(2)
    await sync(asset('a'), asset('z', ['a'], 'declared', { was: keyOf('b') }), asset('c', ['z']))
    expect(await edgesSince(0)).toEqual(['az 0–', 'zc 0–'])
    const open = (await stored()).filter((row) => row.to_at === null).map((row) => row.told_by)
    expect(open.sort()).toEqual(['catalogue', 'catalogue', 'push:dbt', 'push:looker'])
  })
})

describe('lineage that was there before edges had dates', () => {
  it('is in force since both ends have stood in the catalogue without a break, and ended when one of them left it', async () => {
    const old = await createTestDatabase({ empty: true })
    try {
      await migrateBefore(old.url, '20261130000200_dated_lineage')
      const { pool } = old.context()
      await pool.query(`
        insert into subject (id, kind, key, name, created_at, removed_at) values (1, 'group', 'g', 'G', now(), null), (2, 'feed', 'f', 'F', now(), null),
          (3, 'asset', 'lake/a', 'a', '2026-11-01Z', null), (4, 'asset', 'lake/b', 'b', '2026-11-02Z', null),
          (5, 'asset', 'lake/back', 'back', '2026-11-03Z', null), (6, 'asset', 'lake/gone', 'gone', '2026-11-01Z', '2026-11-08Z');
        insert into feed (subject_id, group_id) values (2, 1);
        insert into asset (subject_id, feed_id, asset_kind, connection_key, path) select id, 2, 'table', 'lake', name from subject where kind = 'asset';
        insert into subject_version (subject_id, from_at, settings) values (3, '2026-11-01Z', '{}'), (4, '2026-11-02Z', '{}'), (4, '2026-11-04Z', '{"promised": true}'),
          (5, '2026-11-03Z', '{}'), (5, '2026-11-05Z', null), (5, '2026-11-06Z', '{}'), (5, '2026-11-07Z', '{"promised": true}'), (6, '2026-11-01Z', '{}'), (6, '2026-11-08Z', null);
        insert into lineage_edge values (3, 4, 'declared'), (4, 5, 'flow'), (4, 6, 'declared')`)
      await applyMigrations(old.url, 'prisma/migrations')
      const day = (column: string) => `to_char(${column} at time zone 'UTC', 'DD HH24:MI')`
      const { rows } = await pool.query(
        `select downstream_id as id, origin, told_by, ${day('from_at')} as "from", ${day('to_at')} as "to" from lineage_edge order by 1`,
      )
      expect(rows).toEqual([
        { id: 4, origin: 'declared', told_by: 'catalogue', from: '02 00:00', to: null },
        { id: 5, origin: 'flow', told_by: 'catalogue', from: '06 00:00', to: null },
        { id: 6, origin: 'declared', told_by: 'catalogue', from: '02 00:00', to: '08 00:00' },
      ])
    } finally {
      await old.drop()
    }
  })
})
