import { z } from 'zod'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import type { Connector, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { type CancelNote, type JobToCancel, noteCancel, noteJobBegun, takeDueCancels } from '#lib/db/runs/jobs-of-runs.ts'
import { cancelAgainAt } from '#lib/domain/runs/job-of-run.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { MINUTE_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** A system may take so long to hear of all that is to be cancelled. */
const LIMIT_MS = MINUTE_MS

/** Tells a connection to cancel what runs there for runs that were stopped here; until it took that, or for an hour. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 4,
  async run(services, { connection }) {
    const { ctx } = services
    const now = ctx.clock.now()
    const wanted = await takeDueCancels(ctx.pool, connection, now, now + 2 * LIMIT_MS)
    if (wanted.length === 0) return
    const signal = AbortSignal.any([services.signal, AbortSignal.timeout(LIMIT_MS)])
    const open = () => openConnection(services, connection, signal)
    try {
      const { connector, connection: opened } = await open()
      await withSession(connector, opened, async (session) => {
        for (const one of wanted)
          await note(services, one, await cancel(services, { session, connector }, one).catch((error) => failed(services, one, error)))
      })
    } catch (error) {
      for (const one of wanted) await note(services, one, failed(services, one, error))
    }
  },
})

async function note({ ctx }: JobServices, { runId }: JobToCancel, told: CancelNote): Promise<void> {
  await noteCancel(ctx.pool, runId, told, ctx.clock.now())
}

interface Told {
  session: Session
  connector: Connector
}

async function cancel({ ctx }: JobServices, { session, connector }: Told, wanted: JobToCancel): Promise<CancelNote> {
  const { connection, job, runId, externalId, triedAt } = wanted
  if (session.cancel === undefined) {
    const problem = connector.whyNoCancel ?? `${connection} cannot be told to cancel a run: it goes on there.`
    return { isDone: false, againAt: null, problem }
  }
  const { answer, externalId: found } = await session.cancel(job, { externalId, key: runId, triedAt })
  if (found !== null && externalId === null) await noteJobBegun(ctx.pool, runId, { connection, externalId: found })
  ctx.log.info('a run elsewhere was cancelled', { connection, job, run: found, answer })
  if (answer === 'told') return { isDone: true, againAt: null, problem: null }
  if (answer === 'over') return { isDone: true, againAt: null, problem: `It had ended in ${connection} already.` }
  return missing(ctx.clock.now(), wanted)
}

/** A list may lag behind what was just begun: one that may have begun is looked for again. */
function missing(now: number, { connection, externalId, triedAt, since }: JobToCancel): CancelNote {
  const mayCome = externalId === null && triedAt !== null && now - triedAt < 2 * LIMIT_MS
  const againAt = mayCome ? cancelAgainAt({ since }, now) : null
  return againAt === null
    ? {
        isDone: true,
        againAt: null,
        problem: externalId === null ? `None has begun in ${connection}.` : `${connection} knows its run no more.`,
      }
    : { isDone: false, againAt, problem: 'Its run is looked for, since it may have begun.' }
}

function failed({ ctx }: JobServices, { connection, job, since }: JobToCancel, error: unknown): CancelNote {
  ctx.log.warn('a run elsewhere could not be cancelled', { connection, job, error: toInternalMessage(error) })
  const tooLong = new TidemarkError('timeout', { publicMessage: 'It took too long to answer.', retryable: true })
  const cause = error instanceof DOMException ? tooLong : error
  const mayHelp = !isTidemarkError(cause) || cause.retryable || cause.code === 'cancelled'
  const retryAfterMs = isTidemarkError(cause) ? cause.retryAfterMs : undefined
  return {
    isDone: false,
    againAt: mayHelp ? cancelAgainAt({ since, retryAfterMs }, ctx.clock.now()) : null,
    problem: toPublicMessage(cause),
  }
}
