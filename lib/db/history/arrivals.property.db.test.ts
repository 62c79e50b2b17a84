import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '#lib/db/context.ts'
import { type Arrival, JUDGED_CLOCKS, type JudgedClock } from '#lib/domain/freshness/facts.ts'
import { valueOn } from '#lib/domain/freshness/judged-value.ts'
import { prepareFacts } from '#lib/domain/freshness/prepare-facts.ts'
import { diffReadings, type KnownReadings } from '#lib/domain/freshness/witnesses/diff-readings.ts'
import { jobWitness, type Witness } from '#lib/domain/freshness/witnesses/witness.ts'
import { HOUR_MS } from '#lib/domain/time/instant.ts'
import { createTestDatabase, type TestDatabase } from '#lib/testing/database/database.ts'
import { DBT, LAKE } from '#lib/testing/history/arbitrary-facts.ts'
import { arrival, facts, settings } from '#lib/testing/history/domain-builders.ts'
import { insertArrivals, loadArrivals } from './arrivals.ts'

const START = Date.parse('2026-11-10T00:00Z')
const hours = (count: number) => START + count * HOUR_MS

/** A look that found what was written `ago` hours before, or nothing; or a run, ours or another system's, that is told `late` hours after its end. */
type Happening =
  | { witness: Witness; at: number; clock: JudgedClock; ago: number | null; isWeak: boolean }
  | { witness: null; by: Witness; at: number; late: number; clocks: readonly JudgedClock[] }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    witness: fc.constantFrom(LAKE, LAKE, LAKE, LAKE, DBT),
    at: fc.integer({ min: 0, max: 12 }),
    clock: fc.constantFrom(...JUDGED_CLOCKS, 'writtenAt', 'writtenAt', 'writtenAt'),
    ago: fc.constantFrom(0, 1, 2, 5, 9, null, -20),
    isWeak: fc.boolean(),
  }),
  fc.record({
    witness: fc.constant(null),
    by: fc.constantFrom<Witness[]>('ledger', jobWitness('dbt')),
    at: fc.integer({ min: 0, max: 12 }),
    late: fc.constantFrom(0, 0, 0, 3, 8),
    clocks: fc.constantFrom<JudgedClock[]>(['writtenAt'], ['loadedAt', 'writtenAt'], ['loadedAt']),
  }),
)

/** What is stored of them: of looks what is other than the same witness saw before. */
function toArrivals(happenings: readonly Happening[]): Arrival[] {
  const seen = new Map<Witness, KnownReadings>()
  const knownAt = (one: Happening) => one.at + (one.witness === null ? one.late : 0)
  return happenings
    .toSorted((a, b) => knownAt(a) - knownAt(b))
    .flatMap((one): Arrival[] => {
      const happenedAt = hours(one.at)
      const recordedAt = hours(knownAt(one))
      if (one.witness === null)
        return one.clocks.map((clock) => arrival(clock, new Date(happenedAt).toISOString(), { witness: one.by, happenedAt, recordedAt }))
      const before = seen.get(one.witness) ?? {}
      const reading = { clock: one.clock, at: one.ago === null ? null : hours(one.at - one.ago), precision: 'instant' as const }
      seen.set(one.witness, { ...before, [one.clock]: reading })
      const told = diffReadings(before, [reading], { lookedAt: happenedAt, witness: one.witness, rows: null })
      return told.map((fact) => ({ ...fact, weakBy: one.isWeak ? 'counters' : null }))
    })
}

let database: TestDatabase
let pool: Context['pool']

beforeAll(async () => {
  database = await createTestDatabase()
  pool = database.context().pool
  await pool.query(`
    insert into connection_state (key, kind, probe_every_ms) values ('lake', 'postgres', 1000);
    insert into subject (id, kind, key, name, created_at) values (1, 'group', 'g', 'G', now()), (2, 'feed', 'f', 'F', now()), (3, 'asset', 'lake/t', 'T', now());
    insert into feed (subject_id, group_id, owner) values (2, 1, 'o');
    insert into asset (subject_id, feed_id, asset_kind, connection_key, path) values (3, 2, 'table', 'lake', 't')`)
})
afterAll(async () => {
  await database.drop()
})

async function store(arrivals: readonly Arrival[]): Promise<void> {
  await pool.query('delete from arrival')
  const evidence = (weakBy: Arrival['weakBy']) => (weakBy ? { method: weakBy, strength: 'weak' as const, detail: '', costMs: 0 } : null)
  await insertArrivals(
    pool,
    arrivals.map((fact) => ({ ...fact, assetId: 3, runId: null, evidence: evidence(fact.weakBy) })),
  )
}

/** What each clock shows in the day and a half after `from`, by what is read from an instant on. */
async function shownFrom(from: number, read: number) {
  const stored = await loadArrivals(pool, [{ assetId: 3, from: hours(read) }])
  const prepared = prepareFacts(facts({ arrivals: stored.get(3) ?? [] }))
  return JUDGED_CLOCKS.flatMap((clock) =>
    Array.from({ length: 12 }, (_, n) => valueOn(settings([]), prepared, clock, 'UTC', hours(from + 3 * n))),
  )
}

const look = (at: number, ago: number | null, isWeak = false) => ({ witness: LAKE, at, clock: 'writtenAt', ago, isWeak }) as const
const write: Happening = { witness: null, by: 'ledger', at: 1, late: 0, clocks: ['writtenAt'] }
const KNOWN: [Happening[], number][] = [
  // A look takes back what was written, and a weak one comes after it.
  [[look(1, 0), write, look(2, 9), look(2, 0, true)], 10],
  [[look(1, 0), { ...write, late: 2 }, look(2, 9), look(2, 0, true)], 10],
  // Two witnesses looked at the same time.
  [[look(0, 0), { ...look(5, 0), witness: DBT }, look(5, 2)], 6],
  // What was seen last lies in the future, and what was seen before it counts.
  [[look(5, 5), look(6, -20)], 10],
]

test('what is read of the tail of a history shows the same as the whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 7 }), fc.integer({ min: 0, max: 30 }), async (happenings, from) => {
      await store(toArrivals(happenings))
      expect(await shownFrom(from, from)).toEqual(await shownFrom(from, -100))
    }),
    { numRuns: 100, examples: KNOWN },
  )
}, 60_000)
