import type { Column } from '#lib/domain/values/column-type.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'

export interface LoadSpec {
  /** `schema.table`, both plain identifiers; made when it is not there. */
  table: string
  /** append adds rows; replace makes the table what was read; merge changes rows whose key is known and adds the others. */
  mode: 'append' | 'replace' | 'merge'
  /** Columns that tell rows apart; merge needs them, replace keeps rows whose key and content are the same. */
  key: readonly string[]
  /** Null: whatever columns come, kept as text. */
  columns: readonly Column[] | null
  /** replace: an answer with at most this share of the rows in the table is refused. */
  shrinkRatio: number
  /** An answer without rows is a good one instead of being refused; replace: it empties the table. */
  allowEmpty: boolean
  /** Everything is done and rolled back: only the counts stay. */
  dryRun?: boolean
}

export interface LoadCounts {
  seen: number
  inserted: number
  changed: number
  unchanged: number
  deleted: number
  /** Rows dropped because their key came again later. */
  duplicates: number
}

/** Rows whose values fit their columns. */
export type LoadRows = AsyncIterable<JsonObject> | Iterable<JsonObject>

/** One load: rows are staged as slowly as they come, then one short transaction writes them. */
export interface TableLoad {
  /** What an earlier attempt of this run committed: then nothing is to be read. */
  readonly done: LoadCounts | null
  /** Whether rows are staged; they are lost with the connection. */
  readonly isFilled: boolean
  /** Stages a whole answer in place of what was staged before. Answers how many. */
  fill(rows: LoadRows): Promise<number>
  /** Writes what is staged, under the flow's fence and once per run. Readers see the table before or after, never between. */
  store(): Promise<LoadCounts>
  close(): Promise<void>
}
