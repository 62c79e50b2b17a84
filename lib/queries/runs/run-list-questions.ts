import type { RunFilterState } from '#lib/domain/runs/run-filter.ts'
import { runningFirst } from '#lib/domain/runs/running-first.ts'
import type { Instant } from '#lib/domain/time/instant.ts'
import type { LocalDay } from '#lib/domain/time/local-day.ts'
import type { ListedRun } from '#lib/queries/api/answers.ts'
import type { ApiPage } from '#lib/queries/api/list.ts'
import type { RunsQuestion } from '#lib/queries/api/questions.ts'

export interface RunFilter {
  flow: string | null
  /** Only the runs that this connection told of. */
  system: string | null
  state: RunFilterState | null
  /** Only those of this day, by the clocks of the page. */
  day?: LocalDay | undefined
  /** Of the ended ones only those after this place: the `next` of an earlier answer. */
  before: string | null
}

export interface RunList {
  now: Instant
  /** What runs or waits, the running ones first; only on the first page. */
  underWay: ListedRun[]
  /** Newest first. */
  ended: ListedRun[]
  /** Where the next page of ended ones begins; null on the last. */
  next: string | null
}

export const RUNS_PAGE = 50
const UNDER_WAY_MAX = 1000

type Question = Omit<RunsQuestion, 'format' | 'changedSince'>

/** What the list of runs is asked, here or at a page elsewhere, for what is under way (on the first page) and for what has ended. */
export function runListQuestions(
  { flow, system, state, day, before }: RunFilter,
  limit: number,
): { underWay: Question | null; ended: Question } {
  const wanted = { flow: flow ?? undefined, system: system ?? undefined, state: state ?? undefined, day }
  return {
    underWay: before === null ? { ...wanted, ended: false, limit: UNDER_WAY_MAX } : null,
    ended: { ...wanted, ended: true, cursor: before ?? undefined, limit },
  }
}

/** The two answers as people read them. */
export function toRunList(now: Instant, underWay: ApiPage<ListedRun> | null, ended: ApiPage<ListedRun>): RunList {
  return { now, underWay: runningFirst(underWay?.items ?? []), ended: ended.items, next: ended.next }
}
