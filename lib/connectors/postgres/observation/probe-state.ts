import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { JUDGED_CLOCKS } from '#lib/domain/freshness/facts.ts'
import type { ServerState, TableState } from './metadata.ts'

const readingSchema = z.object({
  clock: z.enum(JUDGED_CLOCKS),
  at: z.number().nullable(),
  precision: z.enum(['instant', 'day']),
  orAt: z.number().optional(),
})

/** What was seen of the rows, so that the next probe knows which became visible since. */
const rowsSeenSchema = z.object({
  snapshot: z.string().regex(/^\d+:\d+:[\d,]*$/),
  /** Writers of the rows visible then, as far as they are newer than the oldest transaction then running; null: too many to keep. */
  writers: z.array(z.string().regex(/^\d+$/)).nullable(),
  /** The cluster and its timeline; null: it does not say. */
  origin: z.string().nullable(),
  filled: z.boolean(),
})
export type RowsSeen = z.infer<typeof rowsSeenSchema>

const probeStateSchema = z.object({
  about: z.string(),
  relid: z.number(),
  startedAt: z.string(),
  fileNode: z.number(),
  inserted: z.number(),
  updated: z.number(),
  deleted: z.number(),
  readings: z.array(readingSchema),
  warnings: z.array(z.string()).optional(),
  ahead: z.number().nullable(),
  rowsSeen: rowsSeenSchema.nullable().optional(),
  /** Storage was rewritten then and holds rows of new transactions, but no counter has moved so far. */
  rewrittenAt: z.number().nullable().optional(),
})
export type ProbeState = z.infer<typeof probeStateSchema>

export function parseProbeState(previous: Record<string, unknown> | null): ProbeState | null {
  const parsed = probeStateSchema.safeParse(previous)
  return parsed.success ? parsed.data : null
}

/** How a table differs from the probe before. Only `moved` and `replaced` may be a write; `reset` never is. */
export type Difference = 'uncounted' | 'first' | 'restarted' | 'replaced' | 'reset' | 'moved' | 'rewritten' | 'same'

function isCounted(table: TableState, server: ServerState): boolean {
  return server.countersCount && ['r', 'p', 'm'].includes(table.kind)
}

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

/** Whether it is this asset's turn to be read whatever the counters say: once in every `every` looks, the assets spread over them. */
export function hasTurn(look: number | undefined, key: string, every: number): boolean {
  return look !== undefined && (look + spread(key, every)) % every === 0
}

/** Whether two states say the same. */
export function isSameState(a: ProbeState | null, b: ProbeState): boolean {
  return a !== null && isDeepStrictEqual(asKept(a), asKept(b))
}

const asKept = (state: ProbeState) => parseProbeState(JSON.parse(JSON.stringify(state)))

export function toProbeState(
  about: string,
  table: TableState,
  server: ServerState,
  seen: Pick<ProbeState, 'readings' | 'warnings' | 'ahead' | 'rowsSeen' | 'rewrittenAt'>,
): ProbeState {
  const { relid, fileNode, inserted, updated, deleted } = table
  return { about, relid, startedAt: server.startedAt, fileNode, inserted, updated, deleted, ...seen }
}
