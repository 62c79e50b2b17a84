import type { Column } from '#lib/domain/values/column-type.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'

/** How rows become the content of a lake table. */
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
  /** Everything is done and then undone: only the counts stay. */
  dryRun?: boolean
}

/** What a load did to its table. */
export interface LoadCounts {
  /** Rows of the answer. */
  seen: number
  inserted: number
  changed: number
  unchanged: number
  deleted: number
  /** Rows whose key came again later in the answer: the last one counted. */
  duplicates: number
}

/** Rows whose values fit their columns. */
export type LoadRows = AsyncIterable<JsonObject> | Iterable<JsonObject>

/** One load under way: rows are staged first, as slowly as they come; then one short transaction puts them into the table. */
export interface TableLoad {
  /** What an earlier attempt of this run committed; then nothing is to be read. */
  readonly done: LoadCounts | null
  /** Whether rows are staged; a lost connection takes them away. */
  readonly isFilled: boolean
  /** Stages the rows of a whole answer; what was staged before is forgotten. Answers how many. */
  fill(rows: LoadRows): Promise<number>
  /** Puts what is staged into the table, under the flow's fence and once per run. Readers see the table before or after, never between. */
  store(): Promise<LoadCounts>
  /** Gives the staged rows and the connection back; safe to repeat. */
  close(): Promise<void>
}
