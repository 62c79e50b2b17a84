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

/** How much of `each` a newest row moves on before that is kept: a busy table is no fact at each look. */
const STEPS = 16
/** From this part of `each` on every move is kept, so that what is kept is whole before it is late. */
const NEARLY_LATE = 0.6

/** What is new in a look, against what is kept; what is not found stays as it is known, and turns late by itself. */
export function diffKeys(known: readonly KeyReading[], seen: SeenKeys, lookedAt: Instant): KeyReading[] {
  const before = new Map(known.filter(({ column }) => column === seen.column).map((one) => [one.key, one.at]))
  const found = new Map(seen.found.map(({ key, at }) => [key, at]))
  const missing = (seen.expected ?? []).filter((key) => !found.has(key) && !before.has(key))
  const moved = [...found].filter(([key, at]) => isNews(before.get(key) ?? null, at, seen.eachMs, lookedAt))
  return [
    ...moved.map(([key, at]) => ({
      ...{ column: seen.column, key, at, recordedAt: lookedAt },
      countsFrom: seen.isWritten && at >= (before.get(key) ?? END_OF_TIME) ? Math.min(at, lookedAt) : lookedAt,
    })),
    ...missing.map((key) => ({ column: seen.column, key, at: null, recordedAt: lookedAt, countsFrom: lookedAt })),
  ]
}

function isNews(before: Instant | null, at: Instant, eachMs: number, lookedAt: Instant): boolean {
  if (before === null || at < before) return true
  return at - before >= eachMs / STEPS || (at > before && lookedAt - before >= eachMs * NEARLY_LATE)
}
