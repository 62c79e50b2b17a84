import { createHash } from 'node:crypto'
import type { JsonObject } from '#lib/domain/values/json.ts'
import type { JsonEnd } from '#lib/records/read/json.ts'
import type { UnusableRecord } from '#lib/records/unusable-record.ts'

type Row = JsonObject | UnusableRecord

/** The rows of one page as they pass, counted and hashed; what stood beside them once they have. */
export class PageContent {
  count = 0
  end: JsonEnd = { notes: {}, isNothing: false }
  readonly #source: AsyncGenerator<Row, JsonEnd>
  readonly #hash = createHash('sha256')

  constructor(source: AsyncGenerator<Row, JsonEnd>) {
    this.#source = source
  }

  async *rows(): AsyncGenerator<Row> {
    this.end = yield* this.#counted()
  }

  async *#counted(): AsyncGenerator<Row, JsonEnd> {
    try {
      for (;;) {
        const { done, value } = await this.#source.next()
        if (done === true) return value
        this.count += 1
        this.#hash.update(textOf(value))
        yield value
      }
    } finally {
      await this.#source.return({ notes: {}, isNothing: true })
    }
  }

  get hash(): string {
    return this.#hash.digest('hex')
  }
}

/** A row nested too deeply to be written is rejected later; here one text stands for all of them. */
function textOf(row: Row): string {
  try {
    return JSON.stringify(row)
  } catch {
    return 'nested'
  }
}
