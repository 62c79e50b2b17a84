import type { Population } from '#jobs/flows/person/incoming-person.ts'
import type { JsonObject } from '#lib/domain/values/json.ts'

export interface Member {
  buid: string
  populations: readonly Population[]
}

export interface AskedPerson extends Member {
  terms: readonly JsonObject[]
  facultyTerms: readonly JsonObject[]
}

export interface PopulationList {
  words: string
  population: Population
  ids(): AsyncIterable<unknown>
}

/** A person's batch: people of one kind together, their weights at most `limit`. */
export interface BatchShare {
  kind: string
  weight: number
  limit: number
}

export interface PersonSource {
  lists: readonly PopulationList[]
  needsTerms(member: Member): boolean
  termsOf(member: Member): Promise<Pick<AskedPerson, 'terms' | 'facultyTerms'>>
  shareOf(person: AskedPerson): BatchShare
  documentsOf(batch: readonly AskedPerson[]): AsyncIterable<unknown>
}
