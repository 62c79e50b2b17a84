import { unusable } from './text-problems.ts'

/** More than anything real unpacks to. */
const UNPACKED_BYTES_MAX = 4_000_000_000
/** Text of rows is packed to a fiftieth; this only a bomb is, and it is not asked about little ones. */
const RATIO_MAX = 500
const RATIO_FROM_BYTES = 16_000_000

/** Counts what goes into a packed file and what comes out of it. */
export class Packing {
  #packed = 0
  #unpacked = 0
  readonly #what: string

  constructor(what: string) {
    this.#what = what
  }

  packed(bytes: number): void {
    this.#packed += bytes
  }

  /** Throws when a small file becomes too large a one. */
  unpacked(bytes: number): void {
    this.#unpacked += bytes
    if (this.#unpacked > UNPACKED_BYTES_MAX) throw unusable(this.#what, 'it unpacks to more than 4 GB')
    if (this.#unpacked > RATIO_FROM_BYTES && this.#unpacked > this.#packed * RATIO_MAX)
      throw unusable(this.#what, `it unpacks to more than ${RATIO_MAX} times its size, as no rows do`)
  }
}
