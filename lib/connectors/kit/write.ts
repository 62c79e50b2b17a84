import type { JsonObject } from '#lib/domain/values/json.ts'

/** Rows for one table. Written again they are the same rows: what tells them apart is the table's own key. */
export interface Writing {
  /** The table, as after `<connection>/`. */
  path: string
  rows: AsyncIterable<JsonObject> | Iterable<JsonObject>
  /** Told of each row that the table cannot hold: why, in words, and which it was, from 1. */
  putAside(reason: string, place: number): void
  /** Told now and then how many rows are written. */
  onRows?(rows: number): void
}

export interface Written {
  /** All but those put aside; of two with one key the later stands. */
  rows: number
}

/** What sessions of a connector can do that takes rows. */
export interface WritingSession {
  /** Writes all rows as slowly as they come; when it throws, some of them may be written, and writing all again mends it. `signal` ends this question alone. */
  write?(writing: Writing, signal?: AbortSignal): Promise<Written>
}

export interface WritingConnector {
  /** There when its sessions have `write`. */
  takesRows?: true
}
