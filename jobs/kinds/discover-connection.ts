import { z } from 'zod'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { claimDiscovery, DISCOVERY_LIMIT_MS, paceDiscovery } from '#lib/commands/discovery/claim-discovery.ts'
import { keepFound } from '#lib/commands/discovery/keep-found.ts'
import type { Found } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { getPage } from '#lib/db/settings.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'
import { orAborted } from '#lib/platform/when-aborted.ts'

/** Looks what there is behind a connection and keeps it; a connector that cannot tell is not asked again. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 2,
  async run(services, { connection }) {
    const { ctx } = services
    const claimed = await claimDiscovery(ctx, connection)
    if (claimed === null) return
    const over = new AbortController()
    const limit = limitOf(services, over.signal)
    let ended: 'well' | 'badly' | 'cannot' = 'badly'
    try {
      ended = await discover(services, connection, AbortSignal.any([services.signal, limit]))
    } catch (error) {
      if (!services.signal.aborted) ctx.log.warn('a connection could not be looked into', { connection, error: toInternalMessage(error) })
    } finally {
      over.abort()
      await paceDiscovery(ctx, claimed, ended)
    }
  },
})

function limitOf({ ctx }: JobServices, over: AbortSignal): AbortSignal {
  const limit = new AbortController()
  void ctx.clock.sleep(DISCOVERY_LIMIT_MS, over).then(() => over.aborted || limit.abort(tookTooLong()))
  return limit.signal
}

function tookTooLong(): TidemarkError {
  return new TidemarkError('timeout', { publicMessage: `Looking what there is took longer than ${formatDuration(DISCOVERY_LIMIT_MS)}.` })
}

async function discover(services: JobServices, key: string, signal: AbortSignal): Promise<'well' | 'badly' | 'cannot'> {
  const { ctx } = services
  const { connector, connection } = await openConnection(services, key, signal)
  return withSession(connector, connection, async (session) => {
    if (session.discover === undefined) return 'cannot'
    const { zone } = await getPage(ctx.pool)
    const { found, changed, gone, problem } = await keepFound(ctx, key, untilAborted(session.discover(zone), signal))
    ctx.log.info('a connection was looked into', { connection: key, found, changed, gone, ...(problem === null ? {} : { problem }) })
    return problem === null ? 'well' : 'badly'
  })
}

/** Ends when the signal says so, also with a connector that does not hear it. */
async function* untilAborted(found: AsyncIterable<Found>, signal: AbortSignal): AsyncGenerator<Found> {
  signal.throwIfAborted()
  const things = found[Symbol.asyncIterator]()
  try {
    for (let next = await orAborted(things.next(), signal); !next.done; next = await orAborted(things.next(), signal)) yield next.value
  } finally {
    // One that hangs would keep us waiting for its end.
    void things.return?.().catch(() => {})
  }
}
