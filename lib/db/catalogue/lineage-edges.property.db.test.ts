import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Context, withTransaction } from '#lib/db/context.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { anAsset } from '#lib/testing/catalogues/state-catalogue.ts'
import type { FakeClock } from '#lib/testing/clock/fake-clock.ts'
import { createDatabaseAt, type TestDatabase } from '#lib/testing/database/database.ts'
import { declare } from '#lib/testing/history/state-world.ts'
import { type EdgeSource, loadEdgesSince, replaceEdges } from './lineage-edges.ts'

const START = Date.parse('2026-11-10T00:00Z')
const ASSETS = ['a', 'b', 'c', 'd'] as const
type Name = (typeof ASSETS)[number]
const TELLERS: EdgeSource[] = [
  { origin: 'openlineage', toldBy: 'push:dbt' },
  { origin: 'openlineage', toldBy: 'push:looker' },
  { origin: 'openlineage', toldBy: 'push:airflow' },
]

/** What an asset of the catalogue is made from, as it declares or as a flow has it; not there: not in the catalogue. */
interface Placed {
  from: readonly Name[]
  origin: 'declared' | 'flow'
}
type Step = { afterMinutes: number } & (
  | { sync: Partial<Record<Name, Placed>> }
  | { teller: number; edges: readonly (readonly [Name, Name])[] }
)

const name = fc.constantFrom(...ASSETS)
const placed = fc.record({ from: fc.uniqueArray(name, { maxLength: 2 }), origin: fc.constantFrom('declared', 'flow') })
const afterMinutes = fc.constantFrom(0, 1, 1, 5)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ afterMinutes, sync: fc.record({ a: placed, b: placed, c: placed, d: placed }, { requiredKeys: [] }) }),
  fc.record({ afterMinutes, teller: fc.integer({ min: 0, max: 2 }), edges: fc.array(fc.tuple(name, name), { maxLength: 4 }) }),
  fc.record({ afterMinutes, teller: fc.constant(0), edges: fc.array(fc.tuple(name, name), { minLength: 2, maxLength: 6 }) }),
)

/** The plain model: who is there, and what each teller says, by its own name. */
class Model {
  #there = new Set<string>()
  readonly #told = new Map<string, Set<string>>()

  apply(next: Step): void {
    const isThere = (edge: string) => [...edge].every((end) => this.#there.has(end)) && edge[0] !== edge[1]
    if ('teller' in next) {
      this.#told.set(`told ${next.teller}`, new Set(next.edges.map((ends) => ends.join('')).filter(isThere)))
      return
    }
    this.#there = new Set(Object.keys(next.sync))
    for (const [teller, edges] of this.#told) this.#told.set(teller, new Set([...edges].filter(isThere)))
    for (const origin of ['declared', 'flow'])
      this.#told.set(
        origin,
        new Set(
          Object.entries(next.sync)
            .flatMap(([down, own]) => (own.origin === origin ? own.from.map((up) => up + down) : []))
            .filter(isThere),
        ),
      )
  }

  inForce(): string[] {
    const declared = this.#told.get('declared') ?? new Set()
    const declaring = new Set([...declared].map((edge) => edge[1]))
    const others = [...this.#told.values()].flatMap((edges) => [...edges]).filter((edge) => !declaring.has(edge[1]))
    return [...new Set([...declared, ...others])].sort()
  }
}

let database: TestDatabase
let clock: FakeClock
let ctx: Context
let world = 0

beforeAll(async () => {
  ;({ database, clock, ctx } = await createDatabaseAt(START))
})
afterAll(() => database.drop())

function syncOf(assets: Partial<Record<Name, Placed>>) {
  const written = Object.entries(assets).map(([own, { from, origin }]) => {
    const known = from.filter((up) => up in assets && up !== own)
    return anAsset(own + world, { policies: [], upstream: known.map((up) => ({ key: `lake/${up}${world}`, origin })) })
  })
  return declare(ctx, written)
}

async function namesById(): Promise<Map<number, string>> {
  const { rows } = await ctx.pool.query<{ id: number; name: string }>(
    `select subject_id as id, left(path, 1) as name from asset where path ~ ('^[a-d]' || $1 || '$')`,
    [world],
  )
  return new Map(rows.map((row) => [row.id, row.name]))
}

async function take(next: Step): Promise<void> {
  if ('sync' in next) {
    await syncOf(next.sync)
    return
  }
  const ids = new Map([...(await namesById())].map(([id, own]) => [own, id]))
  const edges = next.edges.map(([up, down]) => ({ upstreamId: ids.get(up) ?? 0, downstreamId: ids.get(down) ?? 0 }))
  const source = TELLERS[next.teller]
  if (source !== undefined) await withTransaction(ctx, (sql) => replaceEdges(sql, clock.now(), source, edges))
}

/** The edges in force at each instant, as they are read from `from` on. */
async function readAt(instants: readonly number[], from: number): Promise<string[][]> {
  const names = await namesById()
  const stretches = await loadEdgesSince(ctx.pool, [...names.keys()], from)
  const nameOf = (id: number) => names.get(id) ?? '?'
  return instants.map((at) =>
    stretches
      .filter((edge) => edge.from <= at && (edge.to === null || at < edge.to))
      .map((edge) => nameOf(edge.upstreamId) + nameOf(edge.downstreamId))
      .sort(),
  )
}

async function readNow(): Promise<string[]> {
  const names = await namesById()
  const { rows } = await ctx.pool.query<{ up: number; down: number }>('select upstream_id as up, downstream_id as down from lineage_now')
  return rows.map(({ up, down }) => `${names.get(up)}${names.get(down)}`).sort()
}

const rowsOf = async () => (await ctx.pool.query('select * from lineage_edge order by id')).rows

test('at every instant exactly the edges are in force that were said then, read whole or from any instant on, and the same said again writes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), fc.nat(8), async (steps, tail) => {
      world += 1
      const model = new Model()
      const inForce = new Map<number, string[]>()
      await syncOf({})
      for (const next of steps) {
        clock.set(clock.now() + next.afterMinutes * MINUTE_MS)
        await take(next)
        model.apply(next)
        inForce.set(clock.now(), model.inForce())
      }
      const instants = [...inForce.keys()].flatMap((at) => [at, at + MINUTE_MS / 2])
      const expected = [...inForce.values()].flatMap((edges) => [edges, edges])
      expect(await readAt(instants, 0)).toEqual(expected)
      expect(await readAt(instants.slice(2 * tail), instants[2 * tail] ?? clock.now())).toEqual(expected.slice(2 * tail))
      expect(await readNow()).toEqual(expected.at(-1))
      const before = await rowsOf()
      const last = steps.at(-1)
      if (last !== undefined) await take(last)
      expect(await rowsOf()).toEqual(before)
      clock.set(clock.now() + MINUTE_MS)
    }),
    { numRuns: 40 },
  )
}, 120_000)
