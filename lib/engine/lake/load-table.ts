import type { PoolClient } from 'pg'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { type Column, isPlainIdentifier } from '#lib/domain/values/column-type.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { sqlState, toLakeError } from './lake-error.ts'
import { type LoadStamp, writeNothing, writeRows } from './load-rows.ts'
import type { LoadCounts, LoadRows, LoadSpec, TableLoad } from './load-spec.ts'
import { prepareTarget } from './load-target.ts'
import { addEmptyColumns, refuseTaken, STAGED, Staging } from './staging.ts'

export interface LoadLake {
  connect(): Promise<PoolClient>
  /** One fenced transaction on this connection, committed once per run; rolled back and not recorded for `dryRun`. */
  once<T>(sql: PoolClient, batchKey: string, work: () => Promise<T>, dryRun: boolean): Promise<T>
  signal(): AbortSignal
  stamp(): LoadStamp
}

/** Begins a load. `done` is what an earlier attempt of this run has committed. */
export function beginLoad(lake: LoadLake, spec: LoadSpec, done: LoadCounts | null): TableLoad {
  return new StagedLoad(lake, checked(spec), done)
}

function checked(spec: LoadSpec): LoadSpec {
  const names = [...spec.table.split('.'), ...spec.key, ...(spec.columns ?? []).map((column) => column.name)]
  const wrong = names.find((name) => !isPlainIdentifier(name))
  if (spec.table.split('.').length !== 2 || wrong !== undefined) {
    throw new TidemarkError('invalid', { publicMessage: `"${wrong ?? spec.table}" cannot be used in the lake as it is.` })
  }
  if (spec.mode === 'merge' && spec.key.length === 0)
    throw new TidemarkError('invalid', { publicMessage: 'To merge, name the key columns.' })
  refuseTaken((spec.columns ?? []).map((column) => column.name))
  return spec
}

class StagedLoad implements TableLoad {
  readonly done: LoadCounts | null
  readonly #lake: LoadLake
  readonly #spec: LoadSpec
  #client: PoolClient | null = null
  #staged: { columns: Column[]; rows: number } | null = null

  constructor(lake: LoadLake, spec: LoadSpec, done: LoadCounts | null) {
    this.#lake = lake
    this.#spec = spec
    this.done = done
  }

  get isFilled(): boolean {
    return this.#staged !== null
  }

  async fill(rows: LoadRows): Promise<number> {
    this.#staged = null
    this.#client ??= await this.#lake.connect()
    const client = this.#client
    const source = new Source(rows)
    const staged = await this.#onClient(() => Staging.fill(client, this.#spec.columns, source.rows(), this.#lake.signal()), source)
    this.#staged = staged
    return staged.rows
  }

  async store(): Promise<LoadCounts> {
    if (this.done !== null) return this.done
    const { dryRun = false, table } = this.#spec
    const client = this.#client
    const staged = this.#staged
    if (client === null || staged === null) {
      throw new TidemarkError('internal', { publicMessage: `Nothing is staged for ${table}.` })
    }
    return this.#onClient(() => this.#lake.once(client, table, () => this.#write(client, staged), dryRun))
  }

  async #write(client: PoolClient, staged: { columns: Column[]; rows: number }): Promise<LoadCounts> {
    // The rollback of an earlier try brought its dropped duplicates back: they are counted again.
    if (staged.columns.length === 0) return writeNothing(client, this.#spec)
    const gone = await prepareTarget(client, this.#spec, staged.columns)
    await addEmptyColumns(client, gone)
    return writeRows(client, this.#spec, { ...staged, columns: [...staged.columns, ...gone] }, this.#lake.stamp())
  }

  /** What was staged is lost with the connection. */
  async #onClient<T>(work: () => Promise<T>, source?: Source): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const isTheirs = source?.hasFailed === true
      if (this.#lake.signal().aborted || (!isTheirs && isBroken(error))) this.#drop()
      throw isTheirs ? error : toLoadError(error, this.#spec.table)
    }
  }

  #drop(): void {
    this.#client?.release(true)
    this.#client = null
    this.#staged = null
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = null
    this.#staged = null
    if (client === null) return
    const isClean = await client.query(`drop table if exists ${STAGED}`).then(
      () => true,
      () => false,
    )
    client.release(!isClean)
  }
}

/** Tells a failure of the source from one of the lake. */
class Source {
  hasFailed = false
  readonly #rows: LoadRows

  constructor(rows: LoadRows) {
    this.#rows = rows
  }

  async *rows(): AsyncGenerator<JsonObject> {
    try {
      yield* this.#rows
    } catch (error) {
      this.hasFailed = true
      throw error
    }
  }
}

/** After anything but a server's answer to one statement, or our own refusal, the session is unusable. */
function isBroken(error: unknown): boolean {
  const isAnswer = /^(?!08|57P)(\d\d|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(sqlState(error))
  return !isAnswer && !(isTidemarkError(error) && error.code === 'refused')
}

function refused(publicMessage: string, error: unknown): TidemarkError {
  return new TidemarkError('refused', { publicMessage, message: `lake: ${toInternalMessage(error)}`, cause: error })
}

/** A column, a table and a schema that are not there. */
const CHANGED_MEANWHILE = ['42703', '42P01', '3F000']

/** An error of a load into a table as ours, in words; everything else passes through untouched. */
export function toLoadError(error: unknown, table: string): unknown {
  if (isTidemarkError(error)) return error
  const state = sqlState(error)
  if (state === '42501') return refused(`The lake does not let its user write to ${table} or make it. Grant what is missing.`, error)
  if (state === '23505')
    return refused(`Two rows of ${table} would have the same key. Look at "key" and at the table’s own unique columns.`, error)
  if (state.startsWith('23')) return refused(`${table} has a constraint that the rows do not keep: the lake refused them.`, error)
  if (state === '54000')
    return refused(
      `A row or a key of ${table} is larger than PostgreSQL takes. Choose another key, or leave columns out in "select".`,
      error,
    )
  if (state.startsWith('22')) return refused(`A value does not fit its column in ${table}; give the column a type in "select".`, error)
  if (CHANGED_MEANWHILE.includes(state))
    return refused(
      `${table} is not as it was when the run began: it was dropped, or has lost a column. The next run looks at it anew.`,
      error,
    )
  if (state === '53100') return refused('The disk of the lake is full. Nothing was changed.', error)
  return toLakeError(error)
}
