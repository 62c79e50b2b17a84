import { type ExternalRun, isOver, type KnownRun } from '#lib/domain/runs/external-run.ts'
import { CLOCK_SKEW_MAX_MS, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { readMoment } from '#lib/records/read/read-moment.ts'
import type { Sync } from './shapes.ts'

/** A sync that was asked for shows itself within so long. */
const BEGINS_WITHIN_MS = 10 * MINUTE_MS
const NOTHING = 'nothing'

interface End {
  state: 'completed' | 'failed'
  at: Instant
}

/** The last sync that succeeded and the last that failed, the earlier first. */
function endsOf({ succeeded_at: succeededAt, failed_at: failedAt }: Sync): End[] {
  const ends: (Omit<End, 'at'> & { at: Instant | null })[] = [
    { state: 'completed', at: succeededAt },
    { state: 'failed', at: failedAt },
  ]
  return ends.flatMap(({ state, at }) => (at === null ? [] : [{ state, at }])).sort((a, b) => a.at - b.at)
}

/** When a sync of it ended last, whatever came of that; null: none has. */
export const lastEndOf = (sync: Sync): Instant | null => endsOf(sync).at(-1)?.at ?? null

/** What the sync that goes on, or begins next, is called: Fivetran names none, and runs one of a connection at a time. */
export function idOfNext(sync: Sync): string {
  const last = lastEndOf(sync)
  return `${sync.id}/after ${last === null ? NOTHING : new Date(last).toISOString()}`
}

/** The end that came before a sync of that name; undefined: it is called by its own end. */
function endBefore(externalId: string): Instant | undefined {
  const [, after] = /\/after (\S+)$/.exec(externalId) ?? []
  return after === undefined ? undefined : after === NOTHING ? Number.NEGATIVE_INFINITY : Date.parse(after)
}

/** Put off, and nobody takes it up but who asks for it again. */
export const isLeftLying = ({ status, schedule_type: schedule }: Sync) => status.sync_state === 'rescheduled' && schedule === 'manual'

function isUnderWay({ paused, status: { sync_state: state } }: Sync): boolean {
  return state === 'syncing' || (state === 'rescheduled' && paused !== true)
}

/**
 * What a connection tells of its syncs, by what is known of them: the one that goes on or was put off, those known to go on that have ended, and the ends since
 * then that nobody saw begin.
 */
export function syncRuns(sync: Sync, allKnown: readonly KnownRun[], { since, now }: { since: Instant; now: Instant }): ExternalRun[] {
  const known = allKnown.filter(({ job }) => job === sync.id)
  const ends = endsOf(sync)
  const goneOn = known.flatMap((run) => {
    const before = isOver(run.state) ? undefined : endBefore(run.externalId)
    const end = before === undefined ? undefined : ends.find(({ at }) => at > before)
    return end === undefined ? [] : [{ run, end }]
  })
  const unseen = ends.filter((end) => end.at >= since && !goneOn.some((one) => one.end === end))
  return [
    ...goneOn.map(({ run, end }) => endedRun(sync, end, run)),
    ...unseen.map((end) => endedRun(sync, end, knownEnd(known, end))),
    ...presentRun(sync, known, now),
  ]
}

/** The run that ended so; an end ahead of our clock was kept as ours showed it then. */
function knownEnd(known: readonly KnownRun[], { state, at }: End): KnownRun | undefined {
  return known.find((run) => run.state === state && run.endedAt !== null && run.endedAt <= at && at - run.endedAt <= CLOCK_SKEW_MAX_MS)
}

function endedRun(sync: Sync, { state, at }: End, known: KnownRun | undefined): ExternalRun {
  const externalId = known?.externalId ?? `${sync.id}/${state} ${new Date(at).toISOString()}`
  // What is to be mended now says nothing of a failure before the last success.
  const words = sync.succeeded_at !== null && sync.succeeded_at >= at ? null : wordsOfTasks(sync)
  const error = state === 'completed' ? null : (words ?? 'Fivetran does not say why.')
  return { ...runOf(sync), externalId, attempt: known?.attempt ?? 1, state, endedAt: at, error }
}

function presentRun(sync: Sync, known: readonly KnownRun[], now: Instant): ExternalRun[] {
  const externalId = idOfNext(sync)
  const before = known.find((run) => run.externalId === externalId)
  const goesOn = before !== undefined && !isOver(before.state)
  const isAsked = goesOn && before.startedAt !== null && now < before.startedAt + BEGINS_WITHIN_MS
  if (!isUnderWay(sync) && (!isAsked || sync.paused === true)) return []
  const isPutOff = sync.status.sync_state === 'rescheduled'
  const state = isPutOff && !(goesOn && before.state === 'running') ? 'scheduled' : 'running'
  return [{ ...runOf(sync), externalId, attempt: attemptAfter(before), state, error: isPutOff ? whyPutOff(sync) : null }]
}

/** A sync that was taken for ended, when somebody had paused it, goes on under the same name. */
const attemptAfter = (before: KnownRun | undefined) => (before === undefined ? 1 : before.attempt + (isOver(before.state) ? 1 : 0))

/** The sync that begins because we have just asked for it. */
export function begunRun(sync: Sync, known: readonly KnownRun[], now: Instant): ExternalRun {
  const externalId = idOfNext(sync)
  const before = known.find((run) => run.externalId === externalId)
  return { ...runOf(sync), externalId, attempt: attemptAfter(before), state: 'running', startedAt: now }
}

function runOf({ id, schema }: Sync): Omit<ExternalRun, 'externalId' | 'state'> {
  return { job: id, jobName: schema, scheduledAt: null, startedAt: null, endedAt: null, error: null, rows: null, url: pageOf(id) }
}

function whyPutOff(sync: Sync): string {
  const at = readMoment(sync.status.rescheduled_for)
  const until = at === null ? '' : ` until ${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const then = isLeftLying(sync) ? 'Its schedule is manual: it goes on when somebody asks for it again.' : 'It goes on by itself.'
  return `Fivetran has put this sync off${until}. ${then}`
}

/** What Fivetran wants somebody to mend or to know, in its own words; null: it says nothing. */
function wordsOfTasks({ status: { tasks, warnings } }: Sync): string | null {
  const wordsOf = (notes: Sync['status']['tasks']) =>
    (notes ?? []).map(({ code, message }) => message ?? code ?? '').filter((text) => text.trim() !== '')
  const words = wordsOf(tasks)
  const all = words.length === 0 ? wordsOf(warnings) : words
  return all.length === 0 ? null : all.join(' ')
}

/** Its page in Fivetran. */
export const pageOf = (id: string) => `https://fivetran.com/dashboard/connectors/${id}/status`
