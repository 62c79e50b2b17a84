import type { Instant } from '#lib/domain/time/instant.ts'
import { epochCell } from './tables.ts'

interface ResultColumn {
  name: string
  type: string
  scale: number | null
}

export interface Result {
  columns: ResultColumn[]
  rows: (string | null)[][]
}

/** An error of a statement, as Snowflake words it. */
export class StatementError extends Error {
  readonly code: string
  readonly sqlState: string

  constructor(code: string, sqlState: string, message: string) {
    super(message)
    this.code = code
    this.sqlState = sqlState
  }
}

export type Cells = Record<string, { type: string; value: string | null }>

/** A quoted name. */
export const NAME = '"((?:[^"]|"")+)"'
export const text = (value: string | null) => ({ type: 'text', value })
export const fixed = (value: number | null) => ({ type: 'fixed', value: value === null ? null : String(value) })
export const time = (at: Instant | null) => ({ type: 'timestamp_ltz', value: at === null ? null : epochCell(at) })

/** The rows under these columns; `types` where no row tells them. */
export function toResult(names: readonly string[], cells: readonly Cells[], types: Cells = {}): Result {
  const columns = names.map((name) => {
    const type = cells.find((row) => row[name] !== undefined)?.[name]?.type ?? types[name]?.type ?? 'text'
    return { name, type, scale: type.startsWith('timestamp') ? 9 : type === 'fixed' ? 0 : null }
  })
  return { columns, rows: cells.map((row) => names.map((name) => row[name]?.value ?? null)) }
}

/** Snowflake does not say which of the two it is. */
export function notThere(name: string): StatementError {
  return new StatementError('002003', '42S02', `SQL compilation error:\nObject '${name}' does not exist or not authorized.`)
}

export function notUnderstood(): StatementError {
  return new StatementError('001003', '42000', 'SQL compilation error:\nThis stand-in understands only the statements that Tidemark sends.')
}
