import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import { type ExternalRun, isOver, type KnownRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { CLOCK_SKEW_MAX_MS, type Instant } from '#lib/domain/time/instant.ts'
import type { FivetranApi } from './api.ts'
import { type Connected, isConnectionId } from './settings.ts'
import type { Sync } from './shapes.ts'
import { begunRun, idOfNext, isLeftLying, lastEndOf, syncRuns } from './sync-run.ts'

/**
 * The sync of a connection that does what is wanted. Fivetran takes no key and runs one sync of a connection at a time: so the one that goes on or has ended
 * since an earlier try is ours, else one that goes on is taken up, else a new one begins.
 */
export async function startSync(connection: Connected, api: FivetranApi, id: string, wanted: WantedJobRun): Promise<ExternalRun> {
  if (!isConnectionId(id)) throw api.noSync(id)
  if (Object.keys(wanted.parameters).length > 0)
    throw new TidemarkError('invalid', { publicMessage: `Syncs of ${api.system} take no parameters from here.` })
  const sync = await api.present(id)
  const since = wanted.triedAt ?? connection.clock.now()
  const known = (await connection.knownRuns?.(since - CLOCK_SKEW_MAX_MS, [idOfNext(sync)])) ?? []
  const told = syncRuns(sync, known, { since, now: connection.clock.now() })
  const present = presentOf(told, sync)
  // After a try one that goes on is ours, or began later: what ended may have ended before it by a clock that runs ahead.
  const ended = present === undefined ? told.find((run) => isEndOfTry(run, known, wanted)) : undefined
  if (ended !== undefined) return ended
  if (present === undefined) return begin(connection, api, { sync, known, wanted })
  requireInTime(api, sync, wanted, known.find(({ externalId }) => externalId === present.externalId)?.startedAt)
  return present
}

function begin(
  connection: Connected,
  api: FivetranApi,
  { sync, known, wanted }: { sync: Sync; known: readonly KnownRun[]; wanted: WantedJobRun },
): Promise<ExternalRun> {
  const called = `the sync of ${sync.schema}`
  requireRunnable(api, sync)
  requireListed(api.system, called, wanted, connection.clock.now())
  return startOnce(connection, {
    ...{ system: api.system, called, wanted },
    async start() {
      await api.start(sync)
      return begunRun(sync, known, connection.clock.now())
    },
    async find() {
      const seen = await api.present(sync.id)
      const since = (lastEndOf(sync) ?? Number.NEGATIVE_INFINITY) + 1
      const runs = syncRuns(seen, known, { since, now: connection.clock.now() })
      return runs.find(({ state }) => isOver(state)) ?? presentOf(runs, seen)
    },
  })
}

/** The one that goes on, or will by itself. */
function presentOf(told: readonly ExternalRun[], sync: Sync): ExternalRun | undefined {
  return isLeftLying(sync) ? undefined : told.find(({ state }) => !isOver(state))
}

/** Where its clock lags ours another begins, which harms nothing; one that ended before the try would be no load of what came since. */
function isEndOfTry({ externalId, endedAt }: ExternalRun, known: readonly KnownRun[], { triedAt }: WantedJobRun): boolean {
  const before = known.find((run) => run.externalId === externalId)?.endedAt ?? Number.POSITIVE_INFINITY
  return triedAt !== null && endedAt !== null && Math.min(endedAt, before) > triedAt
}

/** Nobody tells when the sync that goes on began: after the one before it had ended, and after a try that found none going on. */
function requireInTime(api: FivetranApi, sync: Sync, { since, triedAt }: WantedJobRun, startedAt: Instant | null | undefined): void {
  if (since === null || triedAt !== null || (startedAt ?? lastEndOf(sync) ?? Number.NEGATIVE_INFINITY) >= since) return
  const publicMessage = `A sync of ${sync.schema} goes on in ${api.system} that may have begun too early; another begins once it has ended.`
  throw new TidemarkError('unavailable', { publicMessage, retryable: true })
}

function requireRunnable(api: FivetranApi, { schema, paused, status }: Sync): void {
  const refuse = (what: string) => new TidemarkError('invalid', { publicMessage: `${schema} is ${what}` })
  if (paused === true || status.sync_state === 'paused')
    throw refuse(`paused in ${api.system}, so no sync of it begins. Let it go on there.`)
  if (status.setup_state === 'incomplete')
    throw refuse(`not set up to its end in ${api.system}, so no sync of it begins. Finish its setup there.`)
}
