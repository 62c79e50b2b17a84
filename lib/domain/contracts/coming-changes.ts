import type { Instant } from '#lib/domain/time/instant.ts'
import { announcedAfter, type ContractTerms } from './contract-terms.ts'
import { isSameField } from './entity-fields.ts'

/** What a version that is announced breaks for whoever reads the fields of before. */
export interface ComingChange {
  version: string
  from: Instant
  /** Half sentences, one for each field. */
  words: string[]
}

/** What will break of the fields that a reader has, too, by the versions announced after an instant. */
export function comingChanges(terms: Pick<ContractTerms, 'versions'>, columns: readonly { name: string }[], at: Instant): ComingChange[] {
  return announcedAfter(terms, at).flatMap(({ version: { version }, from, differences }) => {
    const broken = differences.filter(({ weight, field }) => weight === 'breaks' && columns.some(({ name }) => isSameField(name, field)))
    return broken.length === 0 ? [] : [{ version, from, words: broken.map(({ words }) => words) }]
  })
}
