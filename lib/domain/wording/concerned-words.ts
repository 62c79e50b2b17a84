import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { type Piece, piecesInWords } from './pieces.ts'

const NAMED = 5
const OWNERS = 2

/** Whom a broken contract concerns, with whom to ask, as a sentence: `It concerns who reads it: Segments (Marketing, ask ann@example.edu) and Finance.` Nothing for nobody. */
export function concernedInPieces(readers: readonly ConcernedReader[], isOver = false): Piece[] {
  if (readers.length === 0) return []
  const more = readers.length > NAMED ? readers.length - NAMED + 1 : 0
  const items = [...readers.slice(0, more === 0 ? NAMED : NAMED - 1).map(readerInPieces), ...(more === 0 ? [] : [[`${more} more`]])]
  const listed = items.flatMap((item, at) => (at === 0 ? item : [at === items.length - 1 ? ' and ' : ', ', ...item]))
  return [isOver ? 'It concerned who reads it: ' : 'It concerns who reads it: ', ...listed, '.']
}

/** The same as plain text; null for nobody. */
export function concernedInWords(readers: readonly ConcernedReader[], isOver = false): string | null {
  const pieces = concernedInPieces(readers, isOver)
  return pieces.length === 0 ? null : piecesInWords(pieces, (_at: Instant) => '')
}

function readerInPieces({ name, subject, group, owners }: ConcernedReader): Piece[] {
  const place = group === null || subject?.kind === 'group' ? [] : [group.name]
  const ask = owners.length === 0 ? [] : [`ask ${owners.slice(0, OWNERS).join(' or ')}`]
  const more = [...place, ...ask].join(', ')
  return [subject === null ? name : { ...subject, name }, ...(more === '' ? [] : [` (${more})`])]
}
