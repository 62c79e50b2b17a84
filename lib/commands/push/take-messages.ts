import { createHash } from 'node:crypto'
import { lockFollowing } from '#lib/commands/status/follow-lineage.ts'
import { rebuildWithin } from '#lib/commands/status/rebuild/rebuild-within.ts'
import { loadReporting } from '#lib/commands/status/rebuild/reporting.ts'
import { lockEdges } from '#lib/db/catalogue/lineage-edges.ts'
import { type Context, type Sql, withTransaction } from '#lib/db/context.ts'
import { insertArrivals, type NewArrival } from '#lib/db/history/arrivals.ts'
import { notifyChange } from '#lib/db/listen.ts'
import { isOurTurn } from '#lib/db/our-turn.ts'
import { askForDiscovery } from '#lib/db/push/push-datasets.ts'
import { lockWaiting, noteNotTaken, noteTaken, type WaitingMessage } from '#lib/db/push/push-inbox.ts'
import { deleteFacts, listPushConnections, loadPushedRuns, type PushedRun, storePushedRuns } from '#lib/db/push/push-runs.ts'
import { pushWitness } from '#lib/domain/freshness/witnesses/witness.ts'
import type { IdentityIndex } from '#lib/domain/lineage/identity.ts'
import { HEARTBEATS } from '#lib/domain/push/pushed-run.ts'
import type { ReadEvent } from '#lib/domain/push/read-event.ts'
import { changedFacts, namesData, type RunFact } from '#lib/domain/push/run-facts.ts'
import { addEvent, dataName, EMPTY_RUN, type RunName } from '#lib/domain/push/told-run.ts'
import { END_OF_TIME, type Instant, MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { isDatabaseGone } from '#lib/platform/postgres/database-gone.ts'
import { keepDatasets } from './keep-datasets.ts'
import { NamedAssets } from './named-assets.ts'
import { readMessage } from './read-message.ts'
import { jobsToRetell, retellEdges } from './retell-edges.ts'
import { tellRuns } from './tell-runs.ts'

/** So many messages are carried over in one transaction. */
const BATCH = 2000
/** What events name is found so soon: more of the same load come meanwhile. */
const FOUND_AFTER_MS = MINUTE_MS

/**
 * Carries messages over that wait in the inbox, the earliest event first, in one transaction with all that follows: runs, facts, lineage, statuses. One that
 * cannot be carried over holds up no other. Answers how many were looked at; 0: none waits, or another worker is at it.
 */
export async function takeMessages(ctx: Context, index: IdentityIndex, most = BATCH): Promise<number> {
  let waiting: WaitingMessage[] = []
  try {
    return await withTransaction(ctx, async (sql) => {
      // One worker at a time, so that they are taken in their order.
      if (!(await isOurTurn(sql, 'pushInbox'))) return 0
      waiting = await lockWaiting(sql, most)
      if (waiting.length === 0) return 0
      await lockEdges(sql)
      await carryOver(sql, ctx.clock.now(), index, waiting)
      return waiting.length
    })
  } catch (error) {
    const [first] = waiting
    if (waiting.length > 1) return takeInHalves(ctx, index, waiting.length)
    if (isDatabaseGone(error) || first === undefined) throw error
    return putBack(ctx, first, error)
  }
}

/** So that one that cannot be carried over is soon alone, and what takes too long at once is done in parts. */
async function takeInHalves(ctx: Context, index: IdentityIndex, most: number): Promise<number> {
  let taken = 0
  while (taken < most) {
    const more = await takeMessages(ctx, index, Math.ceil(most / 2))
    if (more === 0) break
    taken += more
  }
  return taken
}

async function putBack(ctx: Context, { id, kind }: WaitingMessage, error: unknown): Promise<number> {
  const problem = toInternalMessage(error)
  ctx.log.error('what was pushed could not be carried over', { push: id, kind, error: problem })
  await noteNotTaken(ctx.whole, id, problem)
  return 1
}

interface Change {
  before: PushedRun | undefined
  after: PushedRun
}

async function carryOver(sql: Sql, now: Instant, index: IdentityIndex, waiting: readonly WaitingMessage[]): Promise<void> {
  const read = waiting.map((message) => ({ audience: message.audience, ...readMessage(message) }))
  const hasNews = await keepDatasets(sql, index, read)
  const changes = await addToRuns(sql, read)
  const facts = changes.map(({ before, after }) => ({ run: after, ...changedFacts(before?.state ?? EMPTY_RUN, after.state) }))
  const touched = changes.map(({ after }) => after)
  const jobs = await jobsToRetell(sql, touched, () => storePushedRuns(sql, touched))
  const outputs = touched.flatMap(({ state }) => Object.keys(state.outputs))
  const data = new Set([...outputs, ...facts.flatMap(({ told }) => told.map((fact) => fact.data))])
  const names = await NamedAssets.of(
    sql,
    index,
    [...data].map(dataName),
    touched.map(({ audience }) => audience),
  )
  const relinked = await retellEdges(sql, now, index, jobs)
  if (hasNews || jobs.length > 0)
    await askForDiscovery(
      sql,
      (await listPushConnections(sql)).map(({ key }) => key),
      now + FOUND_AFTER_MS,
    )
  const ofJobs = await tellRuns(sql, touched, { now, names, idOf: idOfRun })
  const arrivals = [...facts.flatMap(({ run, told }) => told.flatMap((fact) => toArrival(run, fact, names, now))), ...ofJobs.arrivals]
  const gone = await deleteFacts(
    sql,
    facts.flatMap(({ run, takenBack }) => takenBack.map((fact) => idOfFact(run, fact))),
  )
  const touchedIds = [...[...gone, ...arrivals].map(({ assetId }) => assetId), ...ofJobs.since.keys()]
  const since = new Map((await lockFollowing(sql, now, relinked, touchedIds)).map((id) => [id, now]))
  const stored = await insertArrivals(sql, arrivals)
  const moved = stored.map(({ assetId, ...arrival }) => ({ assetId, since: countsFrom(arrival) }))
  const told = [...ofJobs.since].map(([assetId, from]) => ({ assetId, since: from }))
  for (const one of [...gone, ...moved, ...told]) since.set(one.assetId, Math.min(one.since, since.get(one.assetId) ?? END_OF_TIME))
  if (since.size > 0) await rebuildWithin(sql, await loadReporting(sql, now), since)
  else if (relinked.length > 0) await notifyChange(sql)
  await noteTaken(
    sql,
    waiting.map(({ id }) => id),
    now,
  )
}

/** Adds the events to what is known of their runs; the runs that are other than they were. */
async function addToRuns(sql: Sql, read: readonly (ReadEvent & { audience: string | null })[]): Promise<Change[]> {
  const named = read.flatMap((one) =>
    one.run === null || one.event === null ? [] : [{ ...one, run: one.run, event: one.event, id: idOfRun(one.run, one.audience) }],
  )
  const known = await loadPushedRuns(sql, [...new Set(named.map(({ id }) => id))])
  const added = new Map<string, PushedRun>()
  for (const { id, run, event, audience } of named) {
    const before = added.get(id) ?? known.get(id) ?? { id, ...run, audience, lastAt: event.at, namesData: false, state: EMPTY_RUN }
    const state = addEvent(before.state, event)
    added.set(id, { ...before, lastAt: Math.max(before.lastAt, event.at), namesData: namesData(state), state })
  }
  return [...added.values()].map((after) => ({ before: known.get(after.id), after }))
}

function toArrival(run: PushedRun, fact: RunFact, names: NamedAssets, now: Instant): NewArrival[] {
  const assetId = names.idOf(fact.data, run.audience)
  if (assetId === null) return []
  const { clock, at, happenedAt, placedAt, rows, isWeak } = fact
  const method = run.namespace === HEARTBEATS ? 'heartbeat' : 'openlineage'
  const own = { kind: 'arrival', precision: 'instant', runId: idOfFact(run, fact.id) } as const
  const evidence = { method, strength: isWeak ? ('weak' as const) : ('strong' as const), detail: '', costMs: 0 }
  return [{ assetId, clock, at, recordedAt: now, witness: pushWitness(run.namespace), happenedAt, placedAt, rows, evidence, ...own }]
}

/** The earliest instant at which a fact can have changed a status. */
function countsFrom({ at, happenedAt, placedAt, recordedAt }: Omit<NewArrival, 'assetId'>): Instant {
  return Math.min(at ?? happenedAt, happenedAt, placedAt ?? happenedAt, recordedAt)
}

/** What tokens of one audience tell of a run: they add nothing to what others tell of it. */
function idOfRun({ namespace, job, runId }: RunName, audience: string | null): string {
  return toUuid([namespace, job, runId, ...(audience === null ? [] : [audience])])
}

function idOfFact({ id }: PushedRun, fact: string): string {
  return toUuid([id, fact])
}

/** An id that is the same for the same thing whoever works it out. */
function toUuid(parts: readonly string[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
