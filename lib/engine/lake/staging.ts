import type { PoolClient } from 'pg'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Column, isTakenColumn } from '#lib/domain/values/column-type.ts'
import type { JsonObject, JsonValue } from '#lib/domain/values/json.ts'
import { type CopyRow, copyIn } from './copy-in.ts'
import type { LoadRows } from './load-spec.ts'

/** A temporary table goes with its session: a dead run leaves nothing behind. */
export const STAGED = 'pg_temp.tidemark_staged'
/** A row's place in the answer. */
export const PLACE = 'tidemark_place'

const CHUNK_CHARACTERS = 256 * 1024
const CHUNK_ROWS = 1000
/** Beyond this an answer is no table; PostgreSQL itself ends at 1,600. */
const COLUMNS_MAX = 500

const SQL_TYPES = {
  text: 'text',
  integer: 'bigint',
  number: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp with time zone',
  json: 'jsonb',
} as const

export function sqlType({ type }: Column): string {
  return SQL_TYPES[type ?? 'text']
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function refuseTaken(names: readonly string[]): void {
  const taken = names.find(isTakenColumn)
  if (taken === undefined) return
  throw new TidemarkError('refused', {
    publicMessage: `The answer has a field for the column "${taken}", which Tidemark or PostgreSQL fills itself. Give it another name in "select".`,
  })
}

/** Adds null columns to what is staged; a rollback takes them away. */
export async function addEmptyColumns(sql: PoolClient, columns: readonly Column[]): Promise<void> {
  if (columns.length === 0) return
  await sql.query(`alter table ${STAGED} ${columns.map((column) => `add column ${quoted(column.name)} ${sqlType(column)}`).join(', ')}`)
}

function toSqlText(value: JsonValue | undefined, { type }: Column): string | null {
  if (value === undefined || value === null) return null
  if (type !== 'json' && typeof value === 'string') return value
  return JSON.stringify(value)
}

/** Fills a session's staging table in chunks, so that no statement is open while a source is slow. */
export class Staging {
  readonly #sql: PoolClient
  readonly #signal: AbortSignal
  readonly #open: boolean
  #columns: Column[]
  #known: Set<string>
  #chunk: CopyRow[] = []
  #characters = 0
  #rows = 0

  private constructor(sql: PoolClient, columns: readonly Column[] | null, signal: AbortSignal) {
    this.#sql = sql
    this.#signal = signal
    this.#open = columns === null
    this.#columns = [...(columns ?? [])]
    this.#known = new Set(this.#columns.map((column) => column.name))
  }

  /** Stages all rows in place of those before; answers their columns and number. */
  static async fill(
    sql: PoolClient,
    columns: readonly Column[] | null,
    rows: LoadRows,
    signal: AbortSignal,
  ): Promise<{ columns: Column[]; rows: number }> {
    const staging = new Staging(sql, columns, signal)
    await staging.#create()
    for await (const row of rows) {
      signal.throwIfAborted()
      if (staging.#open) await staging.#addColumnsOf(row)
      await staging.#add(row)
    }
    await staging.#flush()
    await sql.query(`analyze ${STAGED}`)
    return { columns: staging.#columns, rows: staging.#rows }
  }

  async #create(): Promise<void> {
    const columns = this.#columns.map((column) => `, ${quoted(column.name)} ${sqlType(column)}`)
    await this.#sql.query(`drop table if exists ${STAGED}; create temp table tidemark_staged (${PLACE} bigint not null${columns.join('')})`)
  }

  /** Without declared columns, each field adds its column when it first comes. */
  async #addColumnsOf(row: JsonObject): Promise<void> {
    const added = Object.keys(row).filter((name) => !this.#known.has(name))
    if (added.length === 0) return
    refuseTaken(added)
    if (this.#columns.length + added.length > COLUMNS_MAX) {
      throw new TidemarkError('refused', {
        publicMessage: `The answer has more than ${COLUMNS_MAX} different fields. Name the columns you want in "select".`,
      })
    }
    await this.#flush()
    const columns = added.map((name) => ({ name, type: null }))
    await addEmptyColumns(this.#sql, columns)
    for (const name of added) this.#known.add(name)
    this.#columns = [...this.#columns, ...columns]
  }

  async #add(row: JsonObject): Promise<void> {
    const values = this.#columns.map((column) => toSqlText(row[column.name], column))
    this.#rows += 1
    this.#chunk.push([String(this.#rows), ...values])
    for (const value of values) this.#characters += value?.length ?? 0
    if (this.#chunk.length >= CHUNK_ROWS || this.#characters >= CHUNK_CHARACTERS) await this.#flush()
  }

  async #flush(): Promise<void> {
    if (this.#chunk.length === 0) return
    this.#signal.throwIfAborted()
    await copyIn(this.#sql, STAGED, [PLACE, ...this.#columns.map((column) => column.name)], this.#chunk)
    this.#chunk = []
    this.#characters = 0
  }
}
