import { END_OF_TIME, type Instant } from '#lib/domain/time/instant.ts'

/** The newest row of one key, as a look saw it. */
export interface KeyReading {
  /** The column whose value it is: another one is another promise. */
  column: string
  key: string
  /** null: it is expected, and had no row as far back as was looked. */
  at: Instant | null
  recordedAt: Instant
  /** From when on it counts, with hindsight. */
  countsFrom: Instant
}

/** What one look found of the keys of a table. */
export interface SeenKeys {
  column: string
  eachMs: number
  /** Whether the judged column tells when rows were written, and not what they are about. */
  isWritten: boolean
  /** Keys that should be there; null: those that are. */
  expected: readonly string[] | null
  found: readonly { key: string; at: Instant }[]
}

/** In how many steps of `each` what was is kept: a busy table is no new fact at each look, the last reading moves on with it. */
const STEPS = 16
/** From this part of `each` on every move is a fact of its own, so that what was is whole before it is late. */
const NEARLY_LATE = 0.6

/** What is new in a look, against what is kept; what is not found stays as it is known, and turns late by itself. What moved on by little replaces the reading of its time. */
export function diffKeys(known: readonly KeyReading[], seen: SeenKeys, lookedAt: Instant): KeyReading[] {
  const before = new Map(known.filter(({ column }) => column === seen.column).map((one) => [one.key, one]))
  const found = new Map(seen.found.map(({ key, at }) => [key, at]))
  const missing = (seen.expected ?? []).filter((key) => !found.has(key) && !before.has(key))
  return [
    ...[...found].flatMap(([key, at]) => movedOn(before.get(key), { key, at }, seen, lookedAt)),
    ...missing.map((key) => ({ column: seen.column, key, at: null, recordedAt: lookedAt, countsFrom: lookedAt })),
  ]
}

function movedOn(
  last: KeyReading | undefined,
  { key, at }: SeenKeys['found'][number],
  { column, eachMs, isWritten }: SeenKeys,
  lookedAt: Instant,
): KeyReading[] {
  const before = last?.at ?? null
  if (at === before) return []
  const isStep = before === null || at < before || at - before >= eachMs / STEPS || lookedAt - before >= eachMs * NEARLY_LATE
  if (last !== undefined && !isStep && lookedAt - last.recordedAt < eachMs / STEPS) return [{ ...last, at }]
  const countsFrom = isWritten && at >= (before ?? END_OF_TIME) ? Math.min(at, lookedAt) : lookedAt
  return [{ column, key, at, recordedAt: lookedAt, countsFrom }]
}
