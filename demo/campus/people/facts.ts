import type { Population, Versions } from './changes.ts'

export interface SentTerm {
  ACAD_CAREER: string
  STRM: string
}

/** All a person's document follows from. */
export interface PersonFacts {
  buid: string
  index: number
  seed: number
  populations: readonly Population[]
  versions: Versions
  terms: readonly SentTerm[]
  facultyTerms: readonly string[]
}
