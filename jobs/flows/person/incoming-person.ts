/**
 * Why somebody is loaded: what the sources of the population call them. A person may be several. Residents are students and staff are
 * employees whom a list of their own names, which not every upstream asks.
 */
export const POPULATIONS = ['affiliate', 'employee', 'faculty', 'resident', 'staff', 'student'] as const
export type Population = (typeof POPULATIONS)[number]

/** The population that all of this one belong to as well. */
export const PART_OF: Partial<Record<Population, Population>> = { resident: 'student', staff: 'employee' }

/** A person as the person API sent them. */
export interface IncomingPerson {
  buid: string
  populations: readonly Population[]
  /** The JSON text as sent. */
  text: string
}

// Printable, without blanks: the lake, a query's prompt and a batch can all carry it.
const USABLE = /^[!-~]{1,64}$/

/** A person's id as the lake writes it, without blanks around it and in capitals; null when there is none that could be one. */
export function toBuid(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return USABLE.test(text) ? text.toUpperCase() : null
}
