import type { ConcernedReader } from '#lib/domain/contracts/concerned-readers.ts'
import { type Status, severity } from '#lib/domain/freshness/status.ts'
import type { Handling } from '#lib/domain/incidents/said.ts'
import type { GoodAgain } from '#lib/domain/lineage/again/again.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import { againInWords } from '#lib/domain/wording/again-words.ts'
import { concernedInWords } from '#lib/domain/wording/concerned-words.ts'
import { failingSince } from '#lib/domain/wording/held-words.ts'
import { listInWords } from '#lib/domain/wording/lists.ts'
import { capital, endsSentence } from '#lib/domain/wording/sentences.ts'
import { statusInWords, UNSEEN_FIRST } from '#lib/domain/wording/words.ts'
import type { Place } from './route.ts'
import type { IncidentWord } from './what-to-tell.ts'

/** A cause of an incident as a receiver may know it. */
export interface ToldRoot {
  kind: 'asset' | 'connection' | 'flow' | 'job'
  /** null: it belongs to groups that the receiver hears nothing of, or may not see. */
  name: string | null
  since: Instant
  /** Of a connection: its database is. */
  isGone?: boolean
  /** Of an asset: its contract is broken, or was. */
  isBroken?: boolean
  /** Of an asset. */
  status: Status | null
  /** What the run or the look says that went wrong, in sentences. */
  says: string | null
}

/** A feed in an incident. */
export interface ToldFeed {
  key: string
  name: string
  groupName: string
  owner: string | null
  /** Its own: fresh where only something is wrong in it that nothing is promised about. */
  status: Status | null
  /** Of what is wrong in it. */
  worst: Status
  place: Place
  /** In words; empty: nothing is promised. */
  promise: string
}

/** All that is told of an incident: of its feeds those that are for this receiver. */
export interface IncidentStory {
  word: IncidentWord
  roots: readonly ToldRoot[]
  feeds: readonly ToldFeed[]
  /** Who reads what a broken contract is about, beside all feeds that are held back. */
  concerned: readonly ConcernedReader[]
  endedAt: Instant | null
  /** It goes on in an older one. */
  isMerged: boolean
  again: GoodAgain | null
  handling: Handling
  /** What people said of it last, for everybody. */
  said: { by: string; text: string } | null
}

const NAMED_MAX = 5

const BEFORE: Record<IncidentWord, string> = {
  opened: '',
  changed: 'Changed: ',
  updated: 'Update: ',
  reminded: 'Still: ',
  resolved: 'Over: ',
}

/** An incident on one line, without a full stop: `Still: sap has not answered since 21:55, and 1 more cause`. */
export function incidentSubject({ word, roots }: Pick<IncidentStory, 'word' | 'roots'>, time: (at: Instant) => string): string {
  const [first] = roots
  if (first === undefined) return `${BEFORE[word]}what was wrong`
  const more = roots.length - 1
  const others = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'cause' : 'causes'}`
  return `${BEFORE[word]}${word === 'resolved' ? pastInWords(first, time) : rootInWords(first, time)}${others}`
}

function rootInWords({ kind, name, status, since, isGone = false, isBroken }: ToldRoot, time: (at: Instant) => string): string {
  const called = name ?? UNSEEN_FIRST
  if (name !== null && isBroken === true) return `The contract of ${name} has been broken since ${time(since)}`
  if (name === null && status === null) return `${called} has been in trouble since ${time(since)}`
  if (kind === 'asset' || name === null) return `${called} is ${statusInWords(status ?? 'unknown').toLowerCase()} since ${time(since)}`
  return `${called} ${failingSince({ kind, isGone })} ${time(since)}`
}

/** What it was like, to say that it is over. */
function pastInWords({ kind, name, since, isGone = false, isBroken }: ToldRoot, time: (at: Instant) => string): string {
  if (name !== null && isBroken === true) return `The contract of ${name} had been broken since ${time(since)}`
  if (kind === 'asset' || name === null) return `${name ?? UNSEEN_FIRST} was not fresh since ${time(since)}`
  return `${name} ${failingSince({ kind, isGone }).replace(/^has/, 'had')} ${time(since)}`
}

/** The rest of it, a sentence a line: what was expected, what is, why, who is held back, when it is good again, who is on it. */
export function incidentLines(story: IncidentStory, time: (at: Instant) => string): string[] {
  const { word, feeds, roots, endedAt, isMerged, handling } = story
  const concerned = concernedInWords(story.concerned, word === 'resolved')
  if (word === 'resolved') {
    const end = isMerged ? 'It goes on in an older incident, which has the same cause.' : `All is well since ${time(endedAt ?? 0)}.`
    return [end, ...named('Affected', feeds, ({ name, groupName }) => `${name} (${groupName})`), ...(concerned === null ? [] : [concerned])]
  }
  const says = roots.flatMap((root) => (root.says === null || root.name === null ? [] : [sentence(root.says)]))
  return [
    ...(story.said !== null && word === 'updated' ? [`${story.said.by} says: ${sentence(story.said.text)}`] : []),
    ...expected(feeds),
    ...named('Affected', feeds, inWords),
    ...(concerned === null ? [] : [concerned]),
    ...new Set(says.slice(0, NAMED_MAX)),
    ...(story.again === null ? [] : [sentence(againInWords(story.again, time))]),
    ...whoIsOnIt(handling, story.again, feeds),
  ]
}

/** What is promised where it begins, else of the worst of what is held back. */
function expected(feeds: readonly ToldFeed[]): string[] {
  const first = byWorst(feeds).find(({ promise }) => promise !== '')
  return first === undefined ? [] : [sentence(`Expected of ${first.name}: ${first.promise}`)]
}

function inWords({ name, groupName, status }: ToldFeed): string {
  const words = status === 'fresh' ? 'fresh so far' : statusInWords(status).toLowerCase()
  return `${name} (${groupName}), ${words}`
}

function named(before: string, feeds: readonly ToldFeed[], words: (feed: ToldFeed) => string): string[] {
  if (feeds.length === 0) return []
  const all = byWorst(feeds).map(words)
  const shown = all.length > NAMED_MAX ? [...all.slice(0, NAMED_MAX - 1), `${all.length - NAMED_MAX + 1} more feeds`] : all
  return [`${before}: ${listInWords(shown)}.`]
}

function byWorst(feeds: readonly ToldFeed[]): ToldFeed[] {
  return feeds.toSorted(
    (a, b) =>
      Number(a.place === 'dependant') - Number(b.place === 'dependant') ||
      severity(a.status) - severity(b.status) ||
      (a.name < b.name ? -1 : 1),
  )
}

function whoIsOnIt({ assignee, acknowledged }: Handling, again: GoodAgain | null, feeds: readonly ToldFeed[]): string[] {
  if (assignee !== null) return [`${capital(assignee)} is on it.`]
  if (acknowledged !== null) return [`${capital(acknowledged.by)} has seen it.`]
  if (again?.kind === 'no-date' && again.ask !== null) return ['Nobody is on it yet.']
  const owners = [...new Set(byWorst(feeds).flatMap(({ owner }) => owner ?? []))]
  return owners.length === 0 ? [] : [`Nobody is on it yet; ask ${owners[0]}.`]
}

function sentence(text: string): string {
  const words = capital(text.trim())
  return endsSentence(words) ? words : `${words}.`
}
