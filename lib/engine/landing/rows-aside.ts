import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'
import type { FlowContext } from '#lib/engine/flow.ts'
import type { Landing } from './landing.ts'

/** More are no accident, and nobody reads a longer list. */
const ASIDE_MAX = 10_000
/** So many may wait to be written while reading goes on. */
const WAITING_MAX = 200

/** Of which version of which file the records are. */
type AsideFile = Pick<Landing, 'what' | 'bucket' | 'key' | 'version'>

/** The records of one file that cannot be used: each is put aside with its place and its reason, as many as the flow tolerates. */
export class RowsAside {
  count = 0
  readonly #ctx: Pick<FlowContext<unknown>, 'quarantine'>
  readonly #file: AsideFile
  #waiting: Promise<void>[] = []

  constructor(ctx: Pick<FlowContext<unknown>, 'quarantine'>, file: AsideFile) {
    this.#ctx = ctx
    this.#file = file
  }

  async add(line: number, reason: string): Promise<void> {
    this.count += 1
    if (this.count > ASIDE_MAX) throw this.#refused(`more than ${formatCount(ASIDE_MAX)} of its rows cannot be; the last one ${reason}`)
    const { bucket, key, version } = this.#file
    this.#waiting.push(this.#ctx.quarantine('land', `${bucket === '' ? key : `${bucket}/${key}`} (${version}) line ${line}`, reason))
    if (this.#waiting.length >= WAITING_MAX) await this.written()
  }

  async written(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    await Promise.all(waiting)
  }

  /** Throws when a larger share of `rows` was put aside than may be. */
  refuseMoreThan(tolerance: number, rows: number): void {
    if (this.count <= rows * tolerance) return
    const percent = `${(100 * tolerance).toFixed(tolerance < 0.001 ? 2 : 1).replace(/\.?0+$/, '')} %`
    throw this.#refused(
      `${formatCount(this.count)} of its ${formatCount(rows)} rows cannot be, more than ${percent}. Look at the rows put aside, or raise rejectTolerance`,
    )
  }

  #refused(because: string): TidemarkError {
    return new TidemarkError('refused', { publicMessage: `${this.#file.what} cannot be used: ${because}. Nothing of it was landed.` })
  }
}
