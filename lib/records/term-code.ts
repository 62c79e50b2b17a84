/** What a term code is: the four digits of PeopleSoft's STRM, `2267`. */
export const TERM_CODE = /^\d{4}$/

/** A term code without blanks around it; null for everything that is none, one with more or fewer digits among it. */
export function toTermCode(value: unknown): string | null {
  const written = typeof value === 'number' ? String(value) : value
  if (typeof written !== 'string') return null
  const code = written.trim()
  return TERM_CODE.test(code) ? code : null
}
