import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatCount } from '#lib/domain/wording/numbers.ts'

/** An answer with at most this share of what there was before is too small to be true. */
export const SHRINK_RATIO = 0.5

/** So many things of one connection are kept; more nobody would look through. */
export const FOUND_MAX = 20_000

/** What one look at everything there is came to. */
export interface DiscoveryAnswer {
  /** What the last whole one saw. */
  before: number
  now: number
  /** There was more than is kept. */
  isCut: boolean
  /** Somebody said that it may have shrunk. */
  mayShrink: boolean
}

/** Why what a discovery did not see is not taken for gone, in words; null when it saw everything. */
export function whyNotWhole({ before, now, isCut, mayShrink }: DiscoveryAnswer): string | null {
  if (isCut)
    return `There is more than ${formatCount(FOUND_MAX)}: the first were kept, and nothing counts as gone. Let its settings or rights name less.`
  if (mayShrink || before === 0 || now > before * SHRINK_RATIO) return null
  const saw = now === 0 ? 'It saw nothing' : `It saw ${formatCount(now)}`
  return `${saw}, the one before ${formatCount(before)}. That is too few to be true, so nothing counts as gone. Has a right been taken away? If it is true, "tidemark discover <connection> --keep --fewer" says so.`
}

/** Some of many things could not be read. All others had been told before it was thrown. */
export class LeftOut extends TidemarkError {}
