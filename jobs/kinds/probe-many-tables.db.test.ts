import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ManyTables, openManyTables } from '#lib/testing/worlds/many-tables.ts'

const TABLES = 240
const EVERY = 12

let world: ManyTables
beforeAll(async () => {
  world = await openManyTables(TABLES, { fullLookEvery: EVERY })
  await world.look()
})
afterAll(() => world.close())

/** The tables that these statements read. */
function tablesIn(statements: readonly string[]): number[] {
  return statements.flatMap((text) => [...text.matchAll(/max\("loaded_at"\) from "public"\."t(\d+)"/g)].map(([, n]) => Number(n)))
}

describe('many tables of a database', () => {
  it('are read 64 at a time when nothing is known of them', async () => {
    expect(await world.asked()).toHaveLength(2 + Math.ceil(TABLES / 64))
  })

  it('of which none moved, once it is known how many there are, take two statements, and one for those whose turn it is to be read all the same, and nothing is rewritten', async () => {
    await world.analyze()
    await world.asked()
    const before = [await world.versions('asset'), await world.versions('subject')]
    const turns: number[][] = []
    for (let look = 0; look < EVERY; look += 1) {
      await world.look()
      const asked = await world.asked()
      expect(asked.length).toBeLessThanOrEqual(3)
      turns.push(tablesIn(asked))
      if (look < 2) expect([await world.versions('asset'), await world.versions('subject')]).toEqual(before)
    }
    expect(new Set(turns.flat()).size).toBe(TABLES)
    expect(turns.flat()).toHaveLength(TABLES)
    expect(Math.max(...turns.map(({ length }) => length))).toBeLessThan((2 * TABLES) / EVERY)
    const { rows } = await world.ctx.pool.query('select count(*)::int as seen from sight where probed_at = $1', [
      new Date(world.clock.now()),
    ])
    expect(rows).toEqual([{ seen: TABLES }])
  })

  it('of which one could not be read: the next look reads it, although it did not move', async () => {
    await world.setSettings({ fullLookEvery: 1000 })
    const owner = new Client({ connectionString: world.url })
    await owner.connect()
    await owner.query('alter table t5 rename loaded_at to other')
    await world.look()
    await owner.query('alter table t5 rename other to loaded_at')
    await owner.end()
    await world.asked()
    await world.look()
    const read = tablesIn(await world.asked())
    expect(read).toContain(5)
    expect(read.length).toBeLessThan(5)
    await world.setSettings({ fullLookEvery: EVERY })
  })

  it('of which a few moved: these are read, and no other but by its turn', async () => {
    const moved = [3, 77, 140]
    await world.write(moved)
    await world.asked()
    await world.look()
    const read = tablesIn(await world.asked())
    expect(read).toEqual(expect.arrayContaining(moved))
    expect(read.length - moved.length).toBeLessThan((2 * TABLES) / EVERY)
    const { rows } = await world.ctx.pool.query(
      `select s.key from arrival r join subject s on s.id = r.asset_id group by s.key having count(*) > 1 order by length(s.key), s.key`,
    )
    expect(rows.map(({ key }) => key)).toEqual(moved.map((n) => `db/public.t${n}`))
  })
})
