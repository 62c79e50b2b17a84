import { z } from 'zod'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { claimPulse, recordPulse } from '#lib/commands/probes/record-pulse.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { Presence } from '#lib/domain/connections/pulse.ts'
import { SECOND_MS } from '#lib/domain/time/instant.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** A database that is there answers this at once; one that is slow is left to the looks. */
const TIMEOUT_MS = 10 * SECOND_MS

/** Asks whether the database of a connection is there at all, and records what came of it. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 8,
  async run(services, { connection: key }) {
    const { ctx } = services
    if (!(await claimPulse(ctx, key))) return
    const limit = new AbortController()
    const over = new AbortController()
    void ctx.clock.sleep(TIMEOUT_MS, over.signal).then(() => over.signal.aborted || limit.abort(new Error('a pulse took too long')))
    try {
      const { connector, connection } = await openConnection(services, key, AbortSignal.any([services.signal, limit.signal]))
      const seen = await withSession(connector, connection, async (session): Promise<Presence> => {
        return (await session.isThere?.()) ?? { answer: 'failed', problem: '' }
      }).catch((error): Presence => ({ answer: 'failed', problem: toPublicMessage(error) }))
      if (services.signal.aborted) return
      const { hasBegun } = await recordPulse(ctx, key, seen, ctx.clock.now())
      if (hasBegun && seen.answer !== 'good')
        ctx.log.warn('the database of a connection is not there', { connection: key, said: seen.problem })
    } catch (error) {
      ctx.log.warn('a connection could not be asked whether its database is there', { connection: key, error: toInternalMessage(error) })
    } finally {
      over.abort()
    }
  },
})
