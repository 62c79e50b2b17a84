import type { WrittenRecordFlow } from '#lib/catalogue/schema/declared-flow.ts'
import { connectionOf, pathOf } from '#lib/domain/lineage/asset-key.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import { FileRecord, type PlaceInFile, placeInWords } from '#lib/records/file-record.ts'
import { compileSelect, type Selection } from '#lib/records/select-columns.ts'
import { UnusableRecord } from '#lib/records/unusable-record.ts'

/** More rejected rows are no accident, and nobody reads a longer list. */
const REFUSED_MAX = 10_000
/** Rejected rows that may wait to be written while reading goes on. */
const WAITING_MAX = 200
const TOLD_EVERY = 500

const percent = (share: number) => `${(100 * share).toFixed(share < 0.001 ? 2 : 1).replace(/\.?0+$/, '')} %`

interface ReadingOptions {
  zone: string
  /** Columns that a row must have to be told from others. */
  key: readonly string[]
  /** Columns that are promised to be there. */
  required?: readonly string[]
  /** Largest share of rejected rows at which the others may stand for the whole; null: they need not. */
  tolerance: number | null
}

/** Reads a flow's source: records in, rows out; unusable ones are put aside and counted. */
export class Reading {
  seen = 0
  refused = 0
  /** Where the row stands that was read last; null: nobody told. */
  at: PlaceInFile | null = null
  readonly #ctx: FlowContext<unknown>
  readonly #declaredFlow: WrittenRecordFlow
  readonly #options: ReadingOptions
  #selection: Selection
  #waiting: Promise<void>[] = []

  constructor(ctx: FlowContext<unknown>, declaredFlow: WrittenRecordFlow, options: ReadingOptions) {
    this.#ctx = ctx
    this.#declaredFlow = declaredFlow
    this.#options = options
    this.#selection = compileSelect(declaredFlow.select, options.zone)
  }

  get columns(): Selection['columns'] {
    return this.#selection.columns
  }

  /** The row that was read last, in words. */
  get place(): string {
    return this.at === null ? `row ${this.seen}` : placeInWords(this.at)
  }

  async *rows(): AsyncGenerator<JsonObject> {
    this.seen = 0
    this.refused = 0
    this.#selection = compileSelect(this.#declaredFlow.select, this.#options.zone)
    const { from, ...request } = this.#declaredFlow.extract
    for await (const record of this.#ctx.connect(connectionOf(from)).extract({ path: pathOf(from), ...request })) {
      this.seen += 1
      if (this.seen % TOLD_EVERY === 0) this.#tell()
      this.at = record instanceof FileRecord ? record.at : null
      const row = await this.#toRow(record instanceof FileRecord ? record.value : record)
      if (row !== null) yield row
    }
    await this.#written()
    this.#tell()
  }

  async #toRow(record: unknown): Promise<JsonObject | null> {
    if (record instanceof UnusableRecord) {
      await this.refuse(record.reason, record.place)
      return null
    }
    const selected = this.#selection.row(record)
    if (selected.ok) {
      const why = this.#whyIncomplete(selected.row)
      if (why === null) return selected.row
      await this.refuse(why)
      return null
    }
    if (selected.refuseAll) throw refused(`The column ${selected.column} ${selected.reason}.`)
    await this.refuse(`${selected.column} ${selected.reason}`)
    return null
  }

  #whyIncomplete(row: JsonObject): string | null {
    const { key, required = [] } = this.#options
    const isEmpty = (column: string) => (row[column] ?? null) === null
    const missing = key.find(isEmpty)
    if (missing !== undefined) return `${missing} is empty, and it tells rows apart`
    const broken = required.find(isEmpty)
    return broken === undefined ? null : `${broken} is empty, and the contract of what is read requires it`
  }

  async refuse(reason: string, place = this.place): Promise<void> {
    this.refused += 1
    if (this.refused > REFUSED_MAX) throw refused(`More than ${REFUSED_MAX} rows could not be used; the last one: ${reason}.`)
    this.#waiting.push(this.#ctx.quarantine('extract', place, reason))
    if (this.#waiting.length >= WAITING_MAX) await this.#written()
  }

  async #written(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    await Promise.all(waiting)
  }

  #tell(): void {
    this.#ctx.progress(this.seen)
    this.#ctx.count('extract', { rows: this.seen, ...(this.refused > 0 ? { 'put aside': this.refused } : {}) })
  }

  /** Throws when a field was never there or too many rows were rejected. */
  async finish(): Promise<void> {
    await this.#written()
    const { tolerance } = this.#options
    if (tolerance !== null && this.refused > this.seen * tolerance) {
      throw refused(
        `${this.refused} of ${this.seen} rows could not be used, more than ${percent(tolerance)}. Look at the rows put aside, or raise rejectTolerance.`,
      )
    }
    const unseen = this.seen > this.refused ? this.#selection.unseen() : []
    if (unseen.length === 0) return
    const fields = unseen.map(({ from }) => `"${from}"`).join(', ')
    throw refused(
      `No row has ${fields}. Correct the path in "select", or write "default: null" for ${unseen.map(({ column }) => column).join(', ')} if it may be missing.`,
    )
  }
}

function refused(problem: string): TidemarkError {
  return new TidemarkError('refused', { publicMessage: `${problem} Nothing was changed.` })
}
