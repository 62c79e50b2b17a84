import { PgBoss } from 'pg-boss'
import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Log } from '#lib/platform/log.ts'
import type { JobKind, JobServices } from './job-kind.ts'

export interface WakeUps {
  /** Some worker will do this soon; a waiting equal job makes it one. Never throws: the next sweep sends it again. */
  send(kind: string, input?: object): Promise<void>
  stop(): Promise<void>
}

const STOP_MS = 5000

/** The queue never retries: rows decide, and a lost wake-up is sent again. */
const QUEUE = {
  policy: 'short',
  retryLimit: 0,
  expireInSeconds: 3600,
  retentionSeconds: 600,
  deleteAfterSeconds: 600,
  notify: true,
} as const

/** Joins the queue: this worker is woken for every kind of job. */
export async function startWakeUps(options: {
  url: string
  kinds: ReadonlyMap<string, JobKind>
  services: JobServices
  log: Log
}): Promise<WakeUps> {
  const { kinds, services, log } = options
  const boss = new PgBoss({
    connectionString: options.url,
    schema: 'pgboss',
    application_name: 'tidemark wake-ups',
    max: 4,
    schedule: false,
    useListenNotify: true,
    reindex: false,
    monitorVacuum: false,
  })
  boss.on('error', (told) => {
    const error = told instanceof Error ? told : toError(told)
    services.ctx.trouble.note(error)
    log.warn('the queue of wake-ups had a problem', { error: toInternalMessage(error) })
  })
  await boss.start()
  for (const [name, kind] of kinds) await joinQueue(boss, name, kind, services, log)
  return {
    async send(name, input = {}) {
      const kind = kinds.get(name)
      if (!kind) throw new Error(`there is no job kind ${name}`)
      try {
        await boss.send(name, input, { singletonKey: kind.key(input) })
      } catch (error) {
        if (!services.signal.aborted) log.warn('a wake-up could not be sent', { kind: name, error: toInternalMessage(error) })
      }
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_MS, close: true }),
  }
}

/** The queue tells what its polling met as a copy, which is no `Error`. */
function toError(told: { message: string }): Error {
  return Object.assign(new Error(told.message), told)
}

async function joinQueue(boss: PgBoss, name: string, kind: JobKind, services: JobServices, log: Log): Promise<void> {
  await boss.createQueue(name, QUEUE)
  const work = { batchSize: 1, localConcurrency: kind.parallel ?? 1, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 }
  await boss.work<unknown>(name, work, async ([job]) => {
    if (job) await runJob(name, kind, services, job.data, log)
  })
}

async function runJob(name: string, kind: JobKind, services: JobServices, data: unknown, log: Log): Promise<void> {
  try {
    await kind.run(services, kind.input.parse(data))
  } catch (error) {
    if (!services.signal.aborted) log.error('a job failed; the next sweep sends it again', { kind: name, error: toInternalMessage(error) })
  }
}
