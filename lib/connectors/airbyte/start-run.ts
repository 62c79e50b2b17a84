import { refusedAnswer } from '#lib/connectors/kit/answer.ts'
import type { WantedJobRun } from '#lib/connectors/kit/connector.ts'
import { requireListed } from '#lib/connectors/kit/starting/require-listed.ts'
import { startOnce } from '#lib/connectors/kit/starting/start-once.ts'
import type { ExternalRun } from '#lib/domain/runs/external-run.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import type { AirbyteApi } from './api.ts'
import { type Connected, isConnectionId } from './settings.ts'
import { type Job, LOADING, type Sync } from './shapes.ts'
import { externalRun, isUnderWay } from './sync-run.ts'

/** So many of the newest of a type are looked through. */
const NEWEST = 20

/**
 * The sync or refresh of a connection that does what is wanted. Airbyte takes no key and runs one job of a connection at a time: so the one that began since an earlier
 * try is ours, else one that goes on is taken up, else a new one begins.
 */
export async function startSync(connection: Connected, api: AirbyteApi, id: string, wanted: WantedJobRun): Promise<ExternalRun> {
  const sync = await requireRunnable(api, id, wanted)
  const newest = await newestOf(api, sync)
  const job = newest.find((one) => isOfTry(one, wanted)) ?? newest.find((one) => isTakenUp(one, wanted)) ?? (await begin())
  const told = externalRun(job, sync, api.pageOf(sync))
  if (told === null) throw refusedAnswer(api.system, `its sync ${job.id} is in a state that nobody knows`)
  return told

  function begin(): Promise<Job> {
    requireListed(api.system, `the sync of ${sync.name}`, wanted, connection.clock.now())
    const last = Math.max(0, ...newest.map((one) => one.id))
    return startOnce(connection, {
      system: api.system,
      called: `the sync of ${sync.name}`,
      wanted,
      start: () => api.start(sync),
      find: async () => (await newestOf(api, sync)).find((one) => one.id > last),
    })
  }
}

async function requireRunnable(api: AirbyteApi, id: string, { parameters }: WantedJobRun): Promise<Sync> {
  if (!isConnectionId(id)) throw api.noSync(id)
  if (Object.keys(parameters).length > 0)
    throw new TidemarkError('invalid', { publicMessage: `Syncs of ${api.system} take no parameters from here.` })
  const sync = await api.sync(id)
  if (sync.status === 'active') return sync
  throw new TidemarkError('invalid', {
    publicMessage: `${sync.name} is ${sync.status} in ${api.system}, so no sync of it begins. Enable it there.`,
  })
}

/** The newest syncs of a connection, the last first. */
export async function newestOf(api: AirbyteApi, { id }: Sync): Promise<Job[]> {
  const found: Job[] = []
  for (const type of LOADING) {
    const ofType: Job[] = []
    for await (const job of api.jobs(type, { connectionId: id, orderBy: 'createdAt|DESC' }, NEWEST)) {
      if (job.connectionId === id) ofType.push(job)
      if (ofType.length >= NEWEST) break
    }
    found.push(...ofType)
  }
  return found.sort((a, b) => b.id - a.id)
}

/** Where its clock lags ours another begins, which harms nothing; one from before the try would be no load of what came since. */
export function isOfTry({ startTime }: Job, { triedAt }: Pick<WantedJobRun, 'triedAt'>): boolean {
  return triedAt !== null && startTime !== null && startTime >= triedAt
}

function isTakenUp(job: Job, { since }: WantedJobRun): boolean {
  return isUnderWay(job) && (since === null || job.startTime === null || job.startTime >= since)
}
