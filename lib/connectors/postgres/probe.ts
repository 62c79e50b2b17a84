import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { Lines } from '#lib/connectors/kit/lines.ts'
import { isLineBroken, mayEndLine, toUnreachable } from './problems.ts'
import type { FirstRow, Session } from './session.ts'
import type { PostgresSettings } from './settings.ts'

export interface ProbeJob<J> {
  job: J
  text: string
  heavy: boolean
  /** How many tables it reads; absent: one. */
  tables?: number
  /** Whatever it holds, it writes nothing and leaves nothing behind. */
  isReadOnly?: true
}

export type ProbeAnswer<J> = { job: J; costMs: number } & ({ ok: true; row: FirstRow } | { ok: false; error: unknown; brokeLine: boolean })

/** Tables asked for at a time over one connection. */
const BATCH = 64

function createBacklog<J>(jobs: readonly ProbeJob<J>[]) {
  const light = jobs.filter((j) => !j.heavy)
  const heavy = jobs.filter((j) => j.heavy)
  const tablesOf = (some: readonly ProbeJob<J>[]) => some.reduce((sum, { tables = 1 }) => sum + tables, 0)
  const upToBatch = () => {
    let end = 0
    for (let tables = 0; end < light.length; end += 1) {
      tables += light[end]?.tables ?? 1
      if (tables > BATCH) break
    }
    return Math.max(1, end)
  }
  return {
    size: Math.ceil(tablesOf(light) / BATCH) + heavy.length,
    isEmpty: () => light.length + heavy.length === 0,
    take: () => (light.length > 0 ? light.splice(0, upToBatch()) : heavy.splice(0, 1)),
    putBack: (rest: readonly ProbeJob<J>[]) => light.unshift(...rest),
  }
}

/** A refusal of which nobody knows yet whether it ended the connection. */
interface Refused<J> {
  job: J
  costMs: number
  error: unknown
}

async function runBatch<J>(
  connection: Connection<PostgresSettings>,
  session: Session,
  batch: readonly ProbeJob<J>[],
  answer: (value: ProbeAnswer<J>) => void,
): Promise<{ lost: boolean; rest: ProbeJob<J>[] }> {
  let since = connection.clock.now()
  const lap = () => {
    const now = connection.clock.now()
    const costMs = now - since
    since = now
    return costMs
  }
  let refused: Refused<J> | null = null
  const settle = (brokeLine: boolean) => {
    if (refused !== null) answer({ ...refused, ok: false, brokeLine })
    refused = null
  }
  const ask = ({ text, isReadOnly }: ProbeJob<J>) => (isReadOnly === true ? session.readOnly(text) : session.texts(text))
  const asked = batch.map((probe) => ({ probe, answered: ask(probe).then(asRow, asError) }))
  for (const [position, { probe, answered }] of asked.entries()) {
    const result = await answered
    if ('row' in result) {
      settle(false)
      answer({ job: probe.job, ok: true, row: result.row, costMs: lap() })
    } else if (!isLineBroken(result.error)) {
      settle(false)
      refused = { job: probe.job, costMs: lap(), error: result.error }
    } else {
      const isLast = endedBy(refused)
      settle(isLast)
      if (!isLast) answer({ job: probe.job, ok: false, error: result.error, brokeLine: true, costMs: lap() })
      return { lost: true, rest: batch.slice(isLast ? position : position + 1) }
    }
  }
  const lost = refused !== null && !(await session.isAlive())
  settle(lost)
  return { lost, rest: [] }
}

const asRow = (row: FirstRow) => ({ row })
const asError = (error: unknown) => ({ error })

/** Whether the server's last report was its good-bye; otherwise the next question broke the connection. */
function endedBy(refused: Refused<unknown> | null): boolean {
  return refused !== null && mayEndLine(refused.error)
}

/** Asks these, if there are any, over this line, or over another one where it broke in what was asked before. */
export async function* overOpen<J, T>(
  { signal }: Pick<Connection<PostgresSettings>, 'signal'>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly J[],
  ask: (session: Session, jobs: readonly J[]) => AsyncIterable<T>,
): AsyncGenerator<T> {
  if (jobs.length === 0) return
  if (session.isOpen()) yield* ask(session, jobs)
  else yield* lines.stream(signal, (line) => ask(line, jobs))
}

/** Runs statements over at most `settings.connections` read-only connections, answers as they come. One that breaks its connection fails
 * alone; the rest goes on over a new one. Throws when there is none to be had: the server is out of reach. */
export async function* probeAll<J>(
  connection: Connection<PostgresSettings>,
  lines: Lines<Session>,
  session: Session,
  jobs: readonly ProbeJob<J>[],
): AsyncGenerator<ProbeAnswer<J>> {
  const backlog = createBacklog(jobs)
  const answers = createChannel<ProbeAnswer<J>>()
  let stopped = false
  async function replace(lost: Session): Promise<Session> {
    connection.signal.throwIfAborted()
    if (lost !== session) await lost.close()
    const fresh = await lines.take(connection.signal)
    if (await fresh.isAlive()) return fresh
    await fresh.close()
    throw new Error('the server breaks new connections, too')
  }
  async function work(first: Session | null): Promise<void> {
    let own = first ?? (await lines.take(connection.signal))
    let isClean = false
    try {
      for (let batch = backlog.take(); batch.length > 0 && !stopped; batch = backlog.take()) {
        const { lost, rest } = await runBatch(connection, own, batch, answers.push)
        backlog.putBack(rest)
        if (lost) own = await replace(own)
      }
      isClean = true
    } finally {
      if (own !== session) await lines.giveBack(own, isClean)
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

interface Channel<T> extends AsyncIterable<T> {
  push(value: T): void
  /** No more will come; with an error the reader gets it after what is waiting. */
  close(error?: unknown): void
}

/** An unbounded channel: producers must have few values under way. */
function createChannel<T>(): Channel<T> {
  const waiting: T[] = []
  let closed = false
  let failure: unknown
  let wake: () => void = () => {}
  return {
    push(value) {
      waiting.push(value)
      wake()
    },
    close(error) {
      closed = true
      failure ??= error
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const batch = waiting.splice(0)
        yield* batch
        if (waiting.length > 0) continue
        if (closed) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (failure !== undefined) throw failure
    },
  }
}
