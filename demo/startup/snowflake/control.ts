import type { Instant } from '#lib/domain/time/instant.ts'
import type { Clock } from '#lib/platform/clock.ts'
import { cellOf, type StandInTable } from './tables.ts'

/** Below or beside the protocol: what the next requests meet. */
type SnowflakeFault =
  | 'busy'
  | 'busy-without-word'
  | 'unavailable'
  | 'error-in-200'
  | 'html-page'
  | 'cut-partition'
  | 'network-policy'
  | 'suspended'
  | 'quota'

interface Load {
  /** Rows after it; absent: as many as before, in other bytes. */
  rows?: number
  /** The newest value of the time column afterwards, as it is meant; null: the column stays. */
  newest?: Instant | null
}

/** What happens in the warehouse and to its API, told from outside. */
export class SnowflakeControl {
  readonly #clock: Clock
  readonly tables: StandInTable[]
  /** Statements as they came, with what they were given. */
  readonly statements: { sql: string; tag: string; timezone: string; state: 'running' | 'done' | 'failed' | 'cancelled' }[] = []
  #fault: { kind: SnowflakeFault; times: number } | null = null
  /** How often a statement is asked after until it is done. */
  pendingPolls = 0
  /** Statements never end by themselves. */
  isHanging = false
  rowsPerPartition = 10_000
  mayReadAccountUsage = true
  /** Whether the role may use its warehouse. */
  hasWarehouse = true
  /** How far their clock is ahead of ours. */
  clockAheadMs = 0
  /** Requests a minute; more are answered 429. */
  perMinute = 2000

  constructor(clock: Clock, tables: StandInTable[]) {
    this.#clock = clock
    this.tables = tables
  }

  now(): Instant {
    return this.#clock.now() + this.clockAheadMs
  }

  fault(kind: SnowflakeFault, times = Number.POSITIVE_INFINITY): void {
    this.#fault = { kind, times }
  }

  clear(): void {
    this.#fault = null
  }

  /** The fault of this request, if any of these is due. */
  take(...kinds: SnowflakeFault[]): SnowflakeFault | null {
    const due = this.#fault
    if (due === null || !kinds.includes(due.kind)) return null
    due.times -= 1
    if (due.times <= 0) this.#fault = null
    return due.kind
  }

  table(path: string): StandInTable {
    const found = this.tables.find(({ schema, name }) => `${schema}.${name}` === path)
    if (found === undefined) throw new Error(`there is no ${path}`)
    return found
  }

  /** Rows are written. */
  load(path: string, { rows, newest = this.now() }: Load = {}): void {
    const table = this.table(path)
    const before = table.rows ?? 0
    table.rows = rows ?? before
    table.bytes = (table.bytes ?? 0) + (table.rows - before) * 48 + (table.rows === before ? 16 : 0)
    table.lastAltered = this.now()
    if (newest === null) return
    for (const column of table.columns) if (column.newest !== null) column.newest = cellOf(column.type, newest)
  }

  /** What max() of a column answers from now on. */
  setNewest(path: string, column: string, newest: string | null): void {
    const found = this.table(path).columns.find(({ name }) => name === column)
    if (found === undefined) throw new Error(`${path} has no ${column}`)
    found.newest = newest
  }

  /** What the rows of a table say in one of its columns, as `to_varchar` writes what one of its type holds, and when each came. */
  setKeys(path: string, column: string, rows: { key: string; at: Instant }[], type: 'TEXT' | 'NUMBER' | 'BOOLEAN' = 'TEXT'): void {
    const table = this.table(path)
    if (table.columns.every(({ name }) => name !== column)) table.columns.push({ name: column, type, comment: null, newest: null })
    table.keys = { column, rows }
  }

  /** A change of the definition. */
  alter(path: string): void {
    const table = this.table(path)
    table.lastAltered = this.now()
    table.lastDdl = this.now()
  }

  /** A statement that wrote no row, or upkeep: the time moves, and nothing else. */
  touch(path: string): void {
    this.table(path).lastAltered = this.now()
  }

  /** Its storage is put in order. */
  recluster(path: string): void {
    this.touch(path)
    this.table(path).bytes = (this.table(path).bytes ?? 0) - 4096
  }

  drop(path: string): void {
    this.tables.splice(this.tables.indexOf(this.table(path)), 1)
  }
}
