import type { Instant } from '#lib/domain/time/instant.ts'

/**
 * Whole columns in one value each: of tens of thousands of rows they are read in a fraction of the time, and of the garbage, that a row each takes. SQL packs
 * what the rows of a group say, in the same order for all columns; here one of them is read.
 */
export type PackedColumn = Buffer

const BYTES = 8
const HIGH_WORD = 2 ** 32
const NULL = 2n ** 63n - 1n
const NULL_HIGH_WORD = Number(NULL >> 32n)
/** PostgreSQL counts microseconds since then. */
const COUNTED_FROM_MS = Date.UTC(2000, 0, 1)

/** SQL: a packed column of whole numbers. */
export function packNumbers(column: string): string {
  return `string_agg(int8send(coalesce(${column}, ${NULL})), '')`
}

/** SQL: a packed column of instants. */
export function packInstants(column: string): string {
  return `string_agg(timestamptz_send(coalesce(${column}, 'infinity')), '')`
}

export function packedRows(packed: PackedColumn): number {
  return packed.length / BYTES
}

/** A number of a column that has one in every row. */
export function numberAt(packed: PackedColumn, row: number): number {
  return packed.readInt32BE(row * BYTES) * HIGH_WORD + packed.readUInt32BE(row * BYTES + BYTES / 2)
}

/** An instant of a column that has one in every row. */
export function instantAt(packed: PackedColumn, row: number): Instant {
  return COUNTED_FROM_MS + numberAt(packed, row) / 1000
}

export function numberOrNullAt(packed: PackedColumn, row: number): number | null {
  return isNullAt(packed, row) ? null : numberAt(packed, row)
}

export function instantOrNullAt(packed: PackedColumn, row: number): Instant | null {
  return isNullAt(packed, row) ? null : instantAt(packed, row)
}

function isNullAt(packed: PackedColumn, row: number): boolean {
  return packed.readInt32BE(row * BYTES) === NULL_HIGH_WORD
}
