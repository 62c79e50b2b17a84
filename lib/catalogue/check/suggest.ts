import damerauLevenshtein from 'damerau-levenshtein'

/** Edits (insert, delete, replace, swap of neighbours) between two words; gives up beyond `most`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  return Math.min(damerauLevenshtein(a, b).steps, most + 1)
}

const bare = (word: string) => word.toLowerCase().replaceAll(/[\s_./-]/g, '')

/** The known word somebody probably meant; null when none is close. */
export function didYouMean(written: string, known: Iterable<string>): string | null {
  const wanted = bare(written)
  let best: { word: string; distance: number } | null = null
  for (const word of known) {
    const candidate = bare(word)
    const most = Math.min(3, Math.floor(Math.max(wanted.length, candidate.length) / 3))
    const distance = wanted === candidate ? 0 : editDistance(wanted, candidate, most)
    if (distance > most) continue
    if (best === null || distance < best.distance) best = { word, distance }
  }
  return best?.word ?? null
}

/** `Did you mean "policy"?`, or the names there are, or `otherwise` when there is none. */
export function suggestion(written: string, known: Iterable<string>, otherwise: string): string {
  const names = [...known]
  const meant = didYouMean(written, names)
  if (meant !== null && meant !== written) return `Did you mean "${meant}"?`
  if (names.length === 0) return otherwise
  const shown = names.slice(0, 12).join(', ')
  return `There is: ${shown}${names.length > 12 ? `, and ${names.length - 12} more` : ''}.`
}
