import { pastCauseFirst } from '#lib/domain/wording/past-cause-words.ts'
import { UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { CauseName } from '#lib/queries/incidents/cause-names.ts'

const NAMED = 2

/** What an incident is about, as its title: `sap does not answer`, once it is over `sap did not answer, and 1 more cause`. */
export function incidentTitle({ roots, endedAt }: { roots: readonly Pick<CauseName, 'kind' | 'name'>[]; endedAt: number | null }): string {
  const named = roots.slice(0, NAMED).map((cause) => (endedAt === null ? presentFirst(cause) : pastCauseFirst(cause)))
  const more = roots.length - named.length
  const rest = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'cause' : 'causes'}`
  return `${named.join('; ')}${rest}`
}

function presentFirst({ kind, name }: Pick<CauseName, 'kind' | 'name'>): string {
  if (kind === 'connection') return `${name} does not answer`
  if (kind === 'asset') return `${name} is not fresh`
  return kind === 'unseen' ? `${UNSEEN_FIRST} is not fresh` : `The ${kind} ${name} does not succeed`
}
