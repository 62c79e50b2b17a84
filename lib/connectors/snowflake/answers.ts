import { z } from 'zod'
import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { JsonValue } from '#lib/domain/values/json.ts'

/** Snowflake prints every value as text. */
export type Cell = string | null

const columnSchema = z.object({ name: z.string(), type: z.string().transform((type) => type.toLowerCase()), scale: z.number().nullish() })
export type Column = z.infer<typeof columnSchema>

const rowsSchema = z.array(z.array(z.string().nullable()))
const resultSchema = z.object({
  resultSetMetaData: z.object({
    numRows: z.number(),
    rowType: z.array(columnSchema),
    partitionInfo: z.array(z.object({ rowCount: z.number() })).default([]),
  }),
  data: rowsSchema,
})
const partitionSchema = z.object({ data: rowsSchema })

export interface FirstPartition {
  columns: Column[]
  rows: Cell[][]
  /** How many rows each partition has to have, this one first. */
  rowCounts: number[]
}

/** The first part of an answer; refused when it is none, or less than it says of itself. */
export function readFirst(system: string, value: JsonValue): FirstPartition {
  const parsed = resultSchema.safeParse(value)
  if (!parsed.success) throw refusedAnswer(system, 'it is not a result of a statement')
  const { resultSetMetaData: about, data } = parsed.data
  const rowCounts = about.partitionInfo.length > 0 ? about.partitionInfo.map(({ rowCount }) => rowCount) : [about.numRows]
  if (rowCounts.reduce((sum, count) => sum + count, 0) !== about.numRows)
    throw refusedAnswer(system, 'its parts together do not have the rows it speaks of')
  return { columns: about.rowType, rows: whole(system, data, rowCounts[0] ?? 0, about.rowType.length), rowCounts }
}

/** A later part of an answer; refused when it is none, or cut off. */
export function readPartition(system: string, value: JsonValue, rowCount: number, columnCount: number): Cell[][] {
  const parsed = partitionSchema.safeParse(value)
  if (!parsed.success) throw refusedAnswer(system, 'a part of it holds no rows')
  return whole(system, parsed.data.data, rowCount, columnCount)
}

function whole(system: string, rows: Cell[][], rowCount: number, columnCount: number): Cell[][] {
  if (rows.length !== rowCount) throw refusedAnswer(system, `a part of it has ${rows.length} rows instead of ${rowCount}`)
  if (rows.some((row) => row.length !== columnCount)) throw refusedAnswer(system, 'its rows do not fit its columns')
  return rows
}

/** The rows by the names of their columns. */
export function asRecords(columns: readonly Column[], rows: readonly Cell[][]): Record<string, Cell>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])))
}
