import { severity } from '#lib/domain/freshness/status.ts'
import { type GoodAgain, type GoodBy, laterOf } from '#lib/domain/lineage/again/again.ts'
import type { HeldFeed, RiskyFeed, ToldFeed } from '#lib/domain/lineage/causes/told-causes.ts'
import { type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { answeringInWords, conditionsInWords } from './again-words.ts'
import { failingSince } from './held-words.ts'
import { counted } from './numbers.ts'
import { type Named, namesInPieces, type Piece } from './pieces.ts'
import { UNSEEN_FIRST } from './words.ts'

/** What a cause is, and since when. */
export interface CauseSubject {
  /** null: the reader does not see it. */
  of: Named | null
  since: Instant
  /** Of an asset or a feed: nobody can see how it stands. */
  isUnknown: boolean
  /** Of a connection: its database is. */
  isGone?: boolean
  /** Of an asset or a feed: its contract is broken. */
  isBroken?: boolean
}

const NAMED = 3
const ARE = { stale: ['is stale', 'are stale'], late: ['is late', 'are late'], unknown: ['cannot be seen', 'cannot be seen'] } as const

/** A cause and since when, as a clause: `SAP has not answered since 21:55`. */
export function causeInPieces({ of, since, isUnknown, isGone = false, isBroken = false }: CauseSubject): Piece[] {
  if (of === null) return [`${UNSEEN_FIRST} has been in trouble since `, { at: since }]
  if (of.kind === 'connection' || of.kind === 'flow' || of.kind === 'job')
    return [of, ` ${failingSince({ kind: of.kind, isGone })} `, { at: since }]
  if (isBroken) return ['The contract of ', of, ' has been broken since ', { at: since }]
  return [of, isUnknown ? ' has not been seen since ' : ' has not been fresh since ', { at: since }]
}

/** What it holds back besides itself, as a sentence: `Cash is stale, and People and Patron file are late because of it.` */
export function heldInPieces(held: readonly HeldFeed[], of: Named | null): Piece[] {
  const others = held.filter(({ key }) => of?.kind !== 'feed' || of.key !== key)
  const parts = [...Map.groupBy(others, ({ status }) => status)]
    .toSorted(([a], [b]) => severity(a) - severity(b))
    .map(([status, feeds]): Piece[] => {
      const [one, many] = status === 'stale' || status === 'late' ? ARE[status] : ARE.unknown
      return [...namesInPieces(feeds.map(toNamed), NAMED), ` ${feeds.length === 1 ? one : many}`]
    })
  if (parts.length === 0) return []
  return [...parts.flatMap((part, at) => (at === 0 ? part : [at === parts.length - 1 ? ', and ' : ', ', ...part])), ' because of it.']
}

/** What it will hold back next, and from when on: `Patron file and 3 more will be late from 06:00 if this goes on.` */
export function riskInPieces(atRisk: readonly RiskyFeed[]): Piece[] {
  const [soonest] = atRisk
  if (soonest === undefined) return []
  const first = atRisk.filter(({ at }) => at - soonest.at < MINUTE_MS)
  const later = atRisk.length - first.length
  const more = later === 0 ? '' : `, and ${counted(later, 'more feed')} after that,`
  return [...namesInPieces(first.map(toNamed), NAMED), ' will be late from ', { at: soonest.at }, `${more} if this goes on.`]
}

/**
 * When what it holds back is good again: `Next try 03:00, good by about 03:03 if SAP answers.`; or why nobody can say. `said`: a run's own words that stand there
 * already.
 */
export function againInPieces(held: readonly HeldFeed[], now: Instant, said: string | null = null): Piece[] {
  const dates = held.flatMap(({ again }) => (again?.kind === 'by' ? [again] : [])).toSorted((a, b) => a.at - b.at)
  const dateless = held.flatMap((feed) => (feed.again?.kind === 'no-date' ? [{ feed, because: feed.again.because }] : []))
  const [first, ...others] = dates
  const [without] = dateless
  if (first === undefined) return without === undefined ? [] : [whyNobodyKnows(without.because, said)]
  const when = dateInPieces(first, others.reduce(laterOf, first), now)
  if (without === undefined) return when
  const feeds = dateless.map(({ feed }) => toNamed(feed))
  return [...when, ' There is no date for ', ...namesInPieces(feeds, NAMED), '.']
}

/** The same of one thing that stands alone. */
export function oneAgainInPieces(again: GoodAgain, now: Instant, said: string | null = null): Piece[] {
  return again.kind === 'by' ? dateInPieces(again, again, now) : [whyNobodyKnows(again.because, said)]
}

function whyNobodyKnows(because: string, said: string | null): string {
  return `Nobody can say when it is good again: ${unsaid(because, said)}.`
}

function dateInPieces(first: GoodBy, last: GoodBy, now: Instant): Piece[] {
  if (last.isLook) {
    const next: Piece[] = last.tryAt > now ? ['; it is asked again at ', { at: last.tryAt }] : []
    return [`It is good as soon as ${answeringInWords(last.ifAnswering)}`, ...next, '.']
  }
  const begins: Piece[] = last.tryAt > now ? ['Next try ', { at: last.tryAt }] : ['It is being loaded now']
  const spread: Piece[] = last.at - first.at < MINUTE_MS ? [] : [', the first good by about ', { at: first.at }, ' and all']
  return [...begins, ...(spread.length === 0 ? [', good'] : spread), ' by about ', { at: last.at }, `${conditionsInWords(last)}.`]
}

/** Without a run's own words where these were told. */
function unsaid(because: string, said: string | null): string {
  const words = because.replace(/\.$/, '')
  return said === null ? words : words.replace(`: ${said.replace(/\.$/, '')}`, '')
}

function toNamed({ key, name }: Pick<ToldFeed, 'key' | 'name'>): Named {
  return { kind: 'feed', key, name }
}
