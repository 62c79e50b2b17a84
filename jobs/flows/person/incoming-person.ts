/** What the sources call people; one may be several. Residents are students and staff are employees on a list of their own, which not every
 * upstream asks. */
export const POPULATIONS = ['affiliate', 'employee', 'faculty', 'resident', 'staff', 'student'] as const
export type Population = (typeof POPULATIONS)[number]

export const PART_OF: Partial<Record<Population, Population>> = { resident: 'student', staff: 'employee' }

export interface IncomingPerson {
  buid: string
  populations: readonly Population[]
  /** The JSON text as sent. */
  text: string
}

// Printable without blanks: fits the lake, a query's prompt and a batch.
const USABLE = /^[!-~]{1,64}$/

/** An id as the lake writes it: trimmed, in capitals; null when it cannot be one. */
export function toBuid(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return USABLE.test(text) ? text.toUpperCase() : null
}
