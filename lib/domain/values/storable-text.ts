/** The text as PostgreSQL can keep it: `mark` in place of every U+0000, U+FFFD in place of half a surrogate pair. */
export function toStorableText(text: string, mark = '\uFFFD'): string {
  return text.replaceAll('\0', mark).toWellFormed()
}

/** Whether PostgreSQL can keep a text: no U+0000, no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
