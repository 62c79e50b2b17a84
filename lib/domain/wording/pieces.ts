import type { Instant } from '#lib/domain/time/instant.ts'

/** Something that has a page of its own, by the name that people know. */
export interface Named {
  kind: 'group' | 'feed' | 'asset' | 'connection' | 'flow' | 'job'
  key: string
  name: string
}

/** A piece of a sentence: words, an instant, or the name of something. */
export type Piece = string | { at: Instant } | Named

/** A sentence as plain text. */
export function piecesInWords(pieces: readonly Piece[], time: (at: Instant) => string): string {
  return pieces.map((piece) => (typeof piece === 'string' ? piece : 'at' in piece ? time(piece.at) : piece.name)).join('')
}

/** `A, B and C`; of more than `shown` the first, `A, B and 3 more`. */
export function namesInPieces(names: readonly Named[], shown: number): Piece[] {
  const more = names.length > shown ? names.length - shown : 0
  const items: Piece[] = more === 0 ? [...names] : [...names.slice(0, shown), `${more} more`]
  return items.flatMap((item, index) => (index === 0 ? [item] : [index === items.length - 1 ? ' and ' : ', ', item]))
}
