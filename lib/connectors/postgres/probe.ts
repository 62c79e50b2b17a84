import type { Connection } from '#lib/connectors/connector.ts'
import { createChannel } from './channel.ts'
import { isConnectionLoss, toUnreachable } from './problems.ts'
import { openSession, type Session, type TextRow } from './session.ts'
import type { PostgresSettings } from './settings.ts'

/** One statement to run; `heavy` ones read much and never share a batch. */
export interface ProbeJob<J> {
  job: J
  text: string
  heavy: boolean
}

export type ProbeAnswer<J> = { job: J; costMs: number } & ({ ok: true; row: TextRow } | { ok: false; error: unknown })

const BATCH = 64
const MOST_LOSSES = 3

/** Statements waiting for a connection: batches of light ones first, then heavy ones one by one. */
function createBacklog<J>(jobs: readonly ProbeJob<J>[]) {
  const light = jobs.filter((j) => !j.heavy)
  const heavy = jobs.filter((j) => j.heavy)
  return {
    size: Math.ceil(light.length / BATCH) + heavy.length,
    isEmpty: () => light.length + heavy.length === 0,
    take: () => (light.length > 0 ? light.splice(0, BATCH) : heavy.splice(0, 1)),
    putBack: (rest: readonly ProbeJob<J>[]) => light.unshift(...rest),
  }
}

/** Runs one batch pipelined; answers what got an answer and returns what was still waiting when the line broke. */
async function runBatch<J>(
  connection: Connection<PostgresSettings>,
  session: Session,
  batch: readonly ProbeJob<J>[],
  answer: (value: ProbeAnswer<J>) => void,
): Promise<{ lost: boolean; rest: ProbeJob<J>[] }> {
  let since = connection.clock.now()
  let lost = false
  const rest: ProbeJob<J>[] = []
  const lap = () => {
    const now = connection.clock.now()
    const costMs = now - since
    since = now
    return costMs
  }
  await Promise.all(
    batch.map(async (probe) => {
      try {
        const row = await session.texts(probe.text)
        answer({ job: probe.job, ok: true, row, costMs: lap() })
      } catch (error) {
        if (lost) {
          rest.push(probe)
          return
        }
        lost = isConnectionLoss(error)
        answer({ job: probe.job, ok: false, error, costMs: lap() })
      }
    }),
  )
  return { lost, rest }
}

/**
 * Runs many statements over at most `settings.connections` read-only connections, answers as they come.
 * A statement that breaks its connection fails alone and the rest goes on over a new one; when that
 * cannot be had, or it happens again and again, the iteration throws: the server is out of reach.
 */
export async function* probeAll<J>(
  connection: Connection<PostgresSettings>,
  session: Session,
  jobs: readonly ProbeJob<J>[],
): AsyncGenerator<ProbeAnswer<J>> {
  const backlog = createBacklog(jobs)
  const answers = createChannel<ProbeAnswer<J>>()
  let losses = 0
  let stopped = false
  async function replace(lost: Session): Promise<Session> {
    connection.signal.throwIfAborted()
    losses += 1
    if (losses >= MOST_LOSSES) throw new Error('the server broke one connection after the other')
    if (lost !== session) await lost.close()
    return openSession(connection)
  }
  async function work(first: Session | null): Promise<void> {
    let own = first ?? (await openSession(connection))
    try {
      for (let batch = backlog.take(); batch.length > 0 && !stopped; batch = backlog.take()) {
        const { lost, rest } = await runBatch(connection, own, batch, answers.push)
        backlog.putBack(rest)
        if (lost) own = await replace(own)
      }
    } finally {
      if (own !== session) await own.close()
    }
  }
  const helpers = Math.min(connection.settings.connections, backlog.size) - 1
  const helping = Array.from({ length: Math.max(0, helpers) }, () =>
    work(null).catch((error: unknown) =>
      connection.log.warn('a further connection was not to be had', { error: toUnreachable(error).message }),
    ),
  )
  const all = Promise.all([work(session), ...helping])
  all.then(
    () => answers.close(backlog.isEmpty() ? undefined : toUnreachable(new Error('connections were lost and not to be had again'))),
    (error: unknown) => answers.close(toUnreachable(error)),
  )
  try {
    yield* answers
  } finally {
    stopped = true
  }
}
