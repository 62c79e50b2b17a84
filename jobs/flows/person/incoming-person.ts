/** Why somebody is loaded: what the sources of the population call them. A person may be several. */
export const POPULATIONS = ['affiliate', 'employee', 'faculty', 'student'] as const
export type Population = (typeof POPULATIONS)[number]

/** A person as the person API sent them. */
export interface IncomingPerson {
  buid: string
  populations: readonly Population[]
  /** The JSON text as sent. */
  text: string
}
