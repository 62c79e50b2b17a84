export interface TermChoice {
  career: string
  strm: string
  rowNumber: number
  description: string | null
  isCurrent: boolean
}

const CAREER = 'UGRD'

export interface ActiveTerms<T> {
  current: T
  chosen: T[]
  /** Other terms that also claim to be the current one. */
  rivals: T[]
}

/** The active terms: the current undergraduate term, its neighbours by row number and, beyond a neighbour that is a Summer, the next, so
 * that a term that is no Summer is on both sides. A neighbour counts whatever its columns hold. Null: no term is current; of several the
 * latest counts. */
export function chooseActiveTerms<T extends TermChoice>(rows: readonly T[]): ActiveTerms<T> | null {
  const undergraduate = rows.filter((row) => row.career === CAREER)
  const byNumber = new Map(undergraduate.map((row) => [row.rowNumber, row]))
  const [current, ...rivals] = undergraduate
    .filter((row) => row.isCurrent)
    .sort((a, b) => (a.strm === b.strm ? a.rowNumber - b.rowNumber : a.strm < b.strm ? 1 : -1))
  if (!current) return null
  const end = byNumber.get(current.rowNumber - 1)
  const start = byNumber.get(current.rowNumber + 1)
  const beyond = isSummer(end) ? current.rowNumber - 2 : current.rowNumber + 2
  const hasRoomBeyond = (isSummer(end) ? end : start) !== undefined
  const extra = current.description === null || isSummer(current) || !hasRoomBeyond ? undefined : byNumber.get(beyond)
  const chosen = new Map<string, T>()
  for (const term of [current, end, start, extra]) {
    if (term && !chosen.has(term.strm)) chosen.set(term.strm, term)
  }
  return { current, chosen: [...chosen.values()], rivals: rivals.filter((row) => row.strm !== current.strm) }
}

function isSummer(term: TermChoice | undefined): boolean {
  return term?.description?.toLowerCase().includes('summer') ?? false
}
