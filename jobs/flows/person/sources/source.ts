import type { Population } from '#jobs/flows/person/incoming-person.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'

/** Somebody of the population. */
export interface Member {
  buid: string
  populations: readonly Population[]
}

/** A member with what the term lookups found. */
export interface AskedPerson extends Member {
  terms: readonly JsonObject[]
  facultyTerms: readonly JsonObject[]
}

/** One list of people; the population is all lists together. */
export interface PopulationList {
  /** In words: `the students of PeopleSoft`. */
  words: string
  population: Population
  /** The id of every row as it came. Rows that do not belong are left out. */
  ids(): AsyncIterable<unknown>
}

/** Which batches a person goes into: people of one kind together, their weights at most `limit`. */
export interface BatchShare {
  kind: string
  weight: number
  limit: number
}

/** Where people come from. Two of them are built; the flow's parameters choose. */
export interface PersonSource {
  lists: readonly PopulationList[]
  /** Whether this upstream asks for the terms of such a person at all. */
  needsTerms(member: Member): boolean
  /** All terms of one person; throws when one part of them cannot be known. */
  termsOf(member: Member): Promise<Pick<AskedPerson, 'terms' | 'facultyTerms'>>
  shareOf(person: AskedPerson): BatchShare
  /** Documents of a batch as `PersonRecord`s. */
  documentsOf(batch: readonly AskedPerson[]): AsyncIterable<unknown>
}
