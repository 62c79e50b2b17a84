import type { ContractState, EntryKind, EntryState } from '#lib/domain/search/entry.ts'
import type { Place } from '#lib/domain/search/match.ts'
import { counted, formatCount } from '#lib/domain/wording/numbers.ts'
import type { CatalogueView } from '#lib/queries/catalogue/catalogue-view.ts'
import { kindsMeant } from '#lib/queries/catalogue/search-catalogue.ts'
import type { Asked } from './catalogue-question.ts'

/** Kinds, one and many. */
export const KINDS: Record<EntryKind, readonly [one: string, many: string]> = {
  group: ['service group', 'Service groups'],
  feed: ['feed', 'Feeds'],
  source: ['source', 'Sources'],
  table: ['table', 'Tables'],
  consumer: ['consumer', 'Consumers'],
  flow: ['flow', 'Flows'],
  connection: ['connection', 'Connections'],
}

export const STATES: Record<EntryState, string> = { adopted: 'In the catalogue', found: 'Found, not adopted', gone: 'Gone' }

export const CONTRACTS: Record<ContractState, string> = {
  any: 'Under a contract',
  kept: 'Contract kept',
  broken: 'Contract broken',
  changing: 'Contract changes',
}

/** The same behind how many there are. */
const WHOSE: Record<ContractState, string> = {
  any: ' under a contract',
  kept: ' whose contract is kept',
  broken: ' whose contract is broken',
  changing: ' whose contract changes',
}

/** Before the place that something was found by. */
export const PLACE_WORDS: Record<Place, string> = {
  owner: 'owner',
  group: 'service group',
  feed: 'feed',
  label: 'label',
  connection: 'connection',
  flow: 'written by flow',
  job: 'written by job',
  touches: 'reads or writes',
  contract: 'contract',
  reader: 'read, by its contract, by',
  standing: '',
}

/** What was asked for and found, for the heading and the title of the page: `12 for “term”`, `306 assets`. */
export function catalogueTitle({ q, question, problem }: Asked, { answer: { total } }: Pick<CatalogueView, 'answer'>): string {
  if (problem !== null) return problem
  const things =
    q === '' && kindsMeant(question) !== null && question.kind === null ? counted(total, 'asset') : thingsOf(total, question.kind)
  const state = question.state === null ? '' : `, ${STATES[question.state].toLowerCase()}`
  const contract = question.contract === null ? '' : WHOSE[question.contract]
  return `${things}${contract}${q === '' ? '' : ` for “${q}”`}${state}`
}

function thingsOf(total: number, kind: EntryKind | null): string {
  if (total === 0) return kind === null ? 'Nothing' : `No ${KINDS[kind][0]}`
  return kind === null ? formatCount(total) : counted(total, KINDS[kind][0])
}
