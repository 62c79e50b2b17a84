import { z } from 'zod'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import type { ServerState, TableState } from './metadata.ts'

const readingSchema = z.object({
  clock: z.enum(JUDGED_CLOCKS),
  at: z.number().nullable(),
  precision: z.enum(['instant', 'day']),
  orAt: z.number().optional(),
})

/** What a probe of the rows leaves behind, so that the next one knows which have become visible since. */
const rowsSeenSchema = z.object({
  /** `pg_current_snapshot()` of the statement that looked. */
  snapshot: z.string().regex(/^\d+:\d+:[\d,]*$/),
  /** Writers of rows visible then that are not older than all transactions under way then; null: too many to keep. */
  writers: z.array(z.string().regex(/^\d+$/)).nullable(),
  /** The cluster and its timeline; null: it does not say. */
  origin: z.string().nullable(),
  filled: z.boolean(),
})
export type RowsSeen = z.infer<typeof rowsSeenSchema>

/** What a probe leaves behind for the next one: counters only mean something as a difference. */
const probeStateSchema = z.object({
  /** The columns and zone the readings were made with: a changed setting makes them worthless. */
  about: z.string(),
  relid: z.number(),
  startedAt: z.string(),
  fileNode: z.number(),
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  /** Position in the round of probes; see `nextInRound`. */
  looks: z.number(),
  readings: z.array(readingSchema),
  /** By how many half hours the newest value was ahead of us when it was new; null: it was not. */
  ahead: z.number().nullable(),
  /** Null: never looked at, or not to be had. */
  rowsSeen: rowsSeenSchema.nullable().optional(),
  /** Its storage was rewritten then, and rows of new transactions were there, without any counter having moved so far. */
  rewrittenAt: z.number().nullable().optional(),
})
export type ProbeState = z.infer<typeof probeStateSchema>

/** The state of the probe before, or null when there was none that we understand. */
export function parseProbeState(previous: Record<string, unknown> | null): ProbeState | null {
  const parsed = probeStateSchema.safeParse(previous)
  return parsed.success ? parsed.data : null
}

/** How a table differs from the probe before. Only `moved` and `replaced` hint at a write; `reset` never does. */
export type Difference = 'uncounted' | 'first' | 'restarted' | 'replaced' | 'reset' | 'moved' | 'rewritten' | 'same'

/** Whether writes to this relation move counters here. */
function isCounted(table: TableState, server: ServerState): boolean {
  return server.countersCount && ['r', 'p', 'm'].includes(table.kind)
}

/** Compares counters, identity and storage with those of the probe before. */
export function compareProbes(previous: ProbeState | null, about: string, table: TableState, server: ServerState): Difference {
  if (!isCounted(table, server)) return 'uncounted'
  if (previous === null || previous.about !== about) return 'first'
  if (previous.startedAt !== server.startedAt) return 'restarted'
  if (previous.relid !== table.relid) return 'replaced'
  const moves = [table.inserted - previous.inserted, table.updated - previous.updated, table.deleted - previous.deleted]
  if (moves.some((move) => move < 0)) return 'reset'
  if (moves.some((move) => move > 0)) return 'moved'
  return previous.fileNode === table.fileNode ? 'same' : 'rewritten'
}

/** Rows written since the probe before as the counters tell it, rolled back ones included; null when they do not. */
export function rowsWritten(previous: ProbeState | null, table: TableState, difference: Difference): number | null {
  const before = difference === 'moved' ? previous : null
  if (difference !== 'replaced' && before === null) return null
  return table.inserted - (before?.inserted ?? 0) + table.updated - (before?.updated ?? 0) || null
}

function spread(key: string, of: number): number {
  let sum = 0
  for (let i = 0; i < key.length; i += 1) sum = (sum * 31 + key.charCodeAt(i)) % 1_000_003
  return sum % of
}

/**
 * Where an asset stands in its round of `every` looks; at 0 the column is read whatever the counters say.
 * The rounds of different assets start at different probes, and reads in between do not shift them.
 */
export function nextInRound(previous: ProbeState | null, about: string, key: string, every: number): number {
  return previous === null || previous.about !== about ? spread(key, every) : (previous.looks + 1) % every
}

/** The state to keep after a probe. */
export function toProbeState(
  about: string,
  table: TableState,
  server: ServerState,
  seen: Pick<ProbeState, 'looks' | 'readings' | 'ahead' | 'rowsSeen' | 'rewrittenAt'>,
): ProbeState {
  const { relid, fileNode, inserted, updated, deleted } = table
  return { about, relid, startedAt: server.startedAt, fileNode, inserted, updated, deleted, ...seen }
}
