import type { TermsVersion } from '#lib/domain/contracts/contract-terms.ts'
import { CONTRACT_STANDINGS, type Searchable } from '#lib/domain/search/match.ts'
import type { ContractView } from './asset-contracts.ts'

type Placed = Searchable['places'][number]

/** These texts of one place, as far as they say anything. */
export const placed = (place: Placed['place'], ...texts: readonly (string | null | undefined)[]): Placed[] =>
  texts.flatMap((text) => (text == null || text === '' ? [] : [{ place, text }]))

/** Where a version of a contract belongs: what it is called and is about, whose it is, who reads by it. */
const promisedPlaces = ({ name, id, owner, description, consumers }: TermsVersion): Placed[] => [
  ...placed('contract', name, id, owner, description),
  ...placed('reader', ...consumers),
]

/** By what a contract is found: what its versions say, and that it is one, broken or not. */
export const contractPlaces = (contract: ContractView | null): Placed[] =>
  contract === null
    ? []
    : [...contract.versions.flatMap(promisedPlaces), ...placed('standing', CONTRACT_STANDINGS[contract.broken === null ? 'any' : 'broken'])]

/** What it is labelled. */
export const labelled = (labels: Readonly<Record<string, string>>): Placed[] =>
  Object.entries(labels).map(([name, text]) => ({ place: 'label', name, text }))
