/** Edits so far for the first letters of both words: this row of the table, and the two above it. */
interface Rows {
  row: number[]
  above: number[]
  before: number[]
}

function cheapest(a: string, b: string, i: number, j: number, { row, above, before }: Rows): number {
  const replaced = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
  const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity
  return Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped)
}

/** Edits (insert, delete, replace, swap of neighbours) between two words; gives up beyond `most`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  const rows: Rows = { row: Array.from({ length: b.length + 1 }, (_, j) => j), above: [], before: [] }
  for (let i = 1; i <= a.length; i++) {
    rows.before = rows.above
    rows.above = rows.row
    rows.row = [i]
    for (let j = 1; j <= b.length; j++) rows.row.push(cheapest(a, b, i, j, rows))
    if (Math.min(...rows.row) > most) return most + 1
  }
  return rows.row[b.length] ?? most + 1
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
