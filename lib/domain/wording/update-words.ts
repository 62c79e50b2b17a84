import type { Status } from '#lib/domain/freshness/status.ts'
import type { CauseKind } from '#lib/domain/lineage/causes/cause.ts'
import { listInWords } from './lists.ts'
import { capital } from './sentences.ts'

/** What an incident is about, as whoever writes of it to everybody sees it. */
export interface Affected {
  /** The names of its feeds, the one with the most of it first. */
  feeds: readonly string[]
  /** The worst it was. */
  worst: Status | null
  /** What it stands on, or stood on last. */
  causes: readonly { kind: CauseKind; name: string }[]
  hasEnded: boolean
}

/** A text to begin with. */
export interface UpdateTemplate {
  name: string
  text: string
}

const NAMED_MAX = 3

const CAUSES: Record<CauseKind, (name: string) => string> = {
  asset: (name) => `${name} was not up to date`,
  connection: (name) => `${name} did not answer`,
  flow: (name) => `the load ${name} did not succeed`,
  job: (name) => `the job ${name} did not succeed`,
  unseen: () => 'a system that it depends on had a problem',
}

/** What can be written of an incident to everybody, by where it stands: what was affected stands in the past, so that it is true when it is read later, too. */
export function updateTemplates(affected: Affected): UpdateTemplate[] {
  const was = `${capital(feedsInWords(affected.feeds))} ${wasInWords(affected)}${becauseInWords(affected)}.`
  if (affected.hasEnded) return [{ name: 'It is over', text: `${was} Everything is up to date again.` }]
  return [
    { name: 'We look into it', text: `${was} We are looking into it.` },
    { name: 'We know the cause', text: `${was} We know why, and are working on it.` },
    { name: 'It is mended', text: `${was} That is mended, and what was missed is being loaded.` },
  ]
}

function feedsInWords(feeds: readonly string[]): string {
  if (feeds.length === 0) return 'some data'
  const named = feeds.length > NAMED_MAX ? feeds.slice(0, NAMED_MAX - 1) : feeds
  return listInWords([...named, ...(named.length < feeds.length ? [`${feeds.length - named.length} more`] : [])])
}

function wasInWords({ feeds, worst }: Affected): string {
  const was = feeds.length > 1 ? 'were' : 'was'
  if (worst === 'unknown') return 'could not be checked'
  return `${was} ${worst === 'stale' ? 'out of date' : 'late'}`
}

/** Of one cause; several would be guessed at. */
function becauseInWords({ causes, feeds }: Affected): string {
  const [cause, ...others] = causes
  if (cause === undefined || others.length > 0 || (cause.kind === 'asset' && feeds.includes(cause.name))) return ''
  return ` because ${CAUSES[cause.kind](cause.name)}`
}
