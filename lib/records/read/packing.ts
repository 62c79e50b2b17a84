import { formatBytes } from '#lib/domain/wording/bytes.ts'
import { unusable } from './text-problems.ts'

/** More than anything real unpacks to. */
const UNPACKED_BYTES_MAX = 4_000_000_000
/** Text of rows is packed to a fiftieth; this only a bomb is, and it is not asked about little ones. */
const RATIO_MAX = 500
const RATIO_FROM_BYTES = 16_000_000

/** What may be made of a packed file. */
export interface UnpackLimits {
  bytesMax: number
  /** Somebody has said that this much comes: then it may be many times the size of the file. */
  isSaid: boolean
  /** How to allow more, in words. */
  remedy: string
}

const NO_MORE: UnpackLimits = { bytesMax: UNPACKED_BYTES_MAX, isSaid: false, remedy: '' }

/** Counts what goes into a packed file and what comes out of it. */
export class Packing {
  #packed = 0
  #unpacked = 0
  readonly #what: string
  readonly #limits: UnpackLimits

  constructor(what: string, limits: UnpackLimits = NO_MORE) {
    this.#what = what
    this.#limits = limits
  }

  packed(bytes: number): void {
    this.#packed += bytes
  }

  /** Throws when a small file becomes too large a one. */
  unpacked(bytes: number): void {
    this.#unpacked += bytes
    const { bytesMax, isSaid, remedy } = this.#limits
    const otherwise = remedy === '' ? '' : `; ${remedy}`
    if (this.#unpacked > bytesMax) throw unusable(this.#what, `it unpacks to more than ${formatBytes(bytesMax)}${otherwise}`)
    if (!isSaid && this.#unpacked > RATIO_FROM_BYTES && this.#unpacked > this.#packed * RATIO_MAX)
      throw unusable(this.#what, `it unpacks to more than ${RATIO_MAX} times its size, as no rows do${otherwise}`)
  }
}
