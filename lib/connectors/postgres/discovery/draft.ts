import { chooseColumn, type NewestValue, type NewestValues, whyNoColumn } from './column-choice.ts'
import { type ColumnChoice, rankColumns } from './column-score.ts'
import { type Relation, rowsBelow } from './inventory.ts'
import { type LoadRhythm, type Proposal, proposeFromRhythm, whyNotJudged, withoutColumn } from './propose-policy.ts'
import { MOST_COLUMNS, onlyPast, planReading, type ReadPlan } from './sample.ts'

export interface Draft {
  relation: Relation
  ranked: readonly ColumnChoice[]
  plan: ReadPlan
  notJudged: string | null
  /** Null: not read, or without rows. */
  values: NewestValues | null
  isEmpty: boolean
  choice: ColumnChoice | null
  rhythm: LoadRhythm | null
  /** Why reading it failed, in words, and whether it would again. */
  failed: { words: string; tooSlow: boolean } | null
}

/** What the system catalogue alone tells about a relation. */
export function toDraft(relation: Relation, byOid: ReadonlyMap<number, Relation>, version: number): Draft {
  const ranked = relation.readable ? rankColumns(relation.columns).slice(0, MOST_COLUMNS) : []
  const plan = planReading(relation, rowsBelow(relation, byOid), version)
  const draft = { relation, ranked, plan, notJudged: whyNotJudged(relation), values: null, isEmpty: false, rhythm: null, failed: null }
  return { ...draft, choice: relation.readable ? chooseColumn(relation.columns) : null }
}

export function isWorthReading({ relation, ranked }: Draft): boolean {
  return relation.readable && ranked.length > 0
}

export function withValues(draft: Draft, values: Map<string, NewestValue | null> | null): Draft {
  if (values === null) return { ...draft, isEmpty: true }
  return { ...draft, values, choice: chooseColumn(draft.relation.columns, values) }
}

function sentences(...reasons: string[]): string {
  return reasons.map((reason) => `${reason.charAt(0).toUpperCase()}${reason.slice(1).replace(/\.$/, '')}.`).join(' ')
}

const none = (because: string): Proposal => ({ input: { kind: 'none' }, because })

/** Leaves out future rows where there are any and the column can be asked: they would hide those that have come. */
export function condition({ choice, values }: Draft): string | null {
  const newest = choice === null ? undefined : values?.get(choice.column)
  return choice !== null && newest?.ahead === true ? onlyPast(choice, newest.zone) : null
}

function fromPast(draft: Draft, choice: ColumnChoice): Proposal {
  const { rhythm, failed, isEmpty } = draft
  if (failed !== null) return none(`its past was not read: ${failed.words.charAt(0).toLowerCase()}${failed.words.slice(1)}`)
  if (isEmpty) return proposeFromRhythm({ daysAgo: [] })
  if (draft.values?.get(choice.column)?.at === null)
    return none('no row has a value in the column yet, so its past tells nothing: promise it once it fills')
  if (draft.values?.get(choice.column)?.ahead === true && condition(draft) === null)
    return none('its newest rows lie in the future and hide those that have come, so it cannot be judged by them')
  if (rhythm === null) return none('what the view is made from is too large for its past to be read through it')
  const proposal = proposeFromRhythm(rhythm)
  const sampled = draft.plan.sampled === true && !choice.indexed
  return sampled ? { ...proposal, because: `read by a sample, as no index leads with the column: ${proposal.because}` } : proposal
}

/** The promise a relation's own past supports, and why. */
export function proposeFor(draft: Draft): Proposal {
  const { relation, choice, notJudged, values } = draft
  if (notJudged !== null) return none(sentences(notJudged))
  if (choice === null) {
    const { input, because } = withoutColumn(relation, whyNoColumn(relation.columns, values ?? undefined))
    return { input, because: sentences(because) }
  }
  const { input, because } = fromPast(draft, choice)
  const zone = values?.get(choice.column)?.zone ?? 'UTC'
  const meant = zone === 'UTC' ? [] : [`its times are taken as those of ${zone}`]
  const left = condition(draft) === null ? [] : ['rows that lie in the future are left out']
  const hidden = relation.rowSecurity ? ['row security is on, so that the account may not see every row'] : []
  return { input, because: sentences(because, choice.because, ...meant, ...left, ...hidden) }
}

/** When nothing anywhere was written for so long, the database is a copy or an archive rather than late in all its parts. */
const QUIET_DAYS = 8
const WITNESSES = 3

export interface Proposed {
  draft: Draft
  policy: Proposal
}

/** Takes back promises that would start broken because the whole database stopped: a copy is not late. */
export function whereAllStopped(proposed: readonly Proposed[]): Proposed[] {
  const newest = proposed.flatMap(({ draft }) => draft.rhythm?.daysAgo.slice(0, 1) ?? [])
  const quiet = Math.min(...newest)
  if (newest.length < WITNESSES || quiet < QUIET_DAYS) return [...proposed]
  const because = `Nothing in the whole database was written for ${quiet} days: it looks like a copy or an archive, and every promise would start broken.`
  return proposed.map(({ draft, policy }) =>
    policy.input['kind'] === 'none'
      ? { draft, policy }
      : { draft, policy: { input: { kind: 'none' }, because: `${because} ${policy.because}` } },
  )
}
