/** A text of at most so many characters: of a longer one its beginning, with `…` for the rest. */
export function shortText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  // Half of a surrogate pair is no character.
  return `${text.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
