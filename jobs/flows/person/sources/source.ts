import { z } from 'zod'
import type { Population } from '#jobs/flows/person/incoming-person.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
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

/** Passes records on; throws in words when the connection is of a kind that cannot serve this upstream. */
export async function* understood(records: AsyncIterable<unknown>, upstream: string, kind: string): AsyncGenerator<unknown> {
  try {
    yield* records
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new TidemarkError('invalid', {
      publicMessage: `The connection that people come from does not take what the upstream "${upstream}" asks for. Map snaplogic_person to a connection of the kind ${kind}, under "connections" of the flow, or choose the other upstream.`,
      message: `people: ${z.prettifyError(error).slice(0, 500)}`,
      systemWide: true,
    })
  }
}
