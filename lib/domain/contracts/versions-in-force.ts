import type { Instant } from '#lib/domain/time/instant.ts'
import { announcedAfter, type ContractTerms, hasEndedBefore, type TermsVersion, versionsThatHold } from './contract-terms.ts'

/** When a version holds. */
export interface InForce {
  version: TermsVersion
  /** null: since ever. */
  from: Instant | null
  /** null: until further notice. */
  until: Instant | null
  /** The version that then takes its place; null: none does. */
  next: string | null
}

/** A version that begins, with what is otherwise from then on; or one that ends while none takes its place. */
export type Coming =
  | {
      kind: 'begins'
      version: string
      at: Instant
      /** Half sentences, one for each field. */
      changes: string[]
      isBreaking: boolean
      /** The version that holds until then; null: none does. */
      ends: string | null
    }
  | { kind: 'ends'; version: string; at: Instant }

/** Every version that holds at some time, in order, and when: as `termsAt` says, one at a time. */
export function versionsInForce(terms: Pick<ContractTerms, 'versions'>): InForce[] {
  const held = versionsThatHold(terms)
  const beginning = held.filter(({ from }, at) => at === held.length - 1 || held[at + 1]?.from !== from)
  return beginning.flatMap((version, at) => {
    const next = beginning[at + 1]
    const until = Math.min(version.until ?? Number.POSITIVE_INFINITY, next?.from ?? Number.POSITIVE_INFINITY)
    if (hasEndedBefore(version)) return []
    const isReplaced = next !== undefined && until === next.from && !hasEndedBefore(next)
    return [{ version, from: version.from, until: Number.isFinite(until) ? until : null, next: isReplaced ? next.version : null }]
  })
}

/** What begins or ends after an instant, the soonest first. */
export function comingAfter(terms: Pick<ContractTerms, 'versions'>, at: Instant): Coming[] {
  const all = versionsInForce(terms)
  const announced = new Map(announcedAfter(terms, at).map((one) => [one.version, one]))
  const coming = all.flatMap(({ version, from, until, next }): Coming[] => {
    const told = announced.get(version)
    const differences = told?.differences ?? []
    const begins: Coming[] =
      told === undefined || from === null
        ? []
        : [
            {
              kind: 'begins',
              version: version.version,
              at: from,
              changes: differences.map(({ words }) => words),
              isBreaking: differences.some(({ weight }) => weight === 'breaks'),
              ends: all.find((one) => one.until === from)?.version.version ?? null,
            },
          ]
    const isLast = until !== null && until > at && next === null
    return isLast ? [...begins, { kind: 'ends', version: version.version, at: until }] : begins
  })
  return coming.sort((a, b) => a.at - b.at)
}

const CHANGES_SHOWN = 3

/** What comes, behind its day: `phone goes, country goes; 1.2.0 ends then`. Of many changes the first. */
export function comingInWords(coming: Coming): string {
  if (coming.kind === 'ends') return 'and no version takes its place'
  const { changes, ends } = coming
  const left = changes.length - CHANGES_SHOWN
  const shown = [...changes.slice(0, CHANGES_SHOWN), ...(left > 0 ? [`and ${left} more`] : [])]
  const what = changes.length > 0 ? shown.join(', ') : ends === null ? 'it begins to hold' : 'nothing changes in its fields'
  return ends === null ? what : `${what}; ${ends} ends then`
}
