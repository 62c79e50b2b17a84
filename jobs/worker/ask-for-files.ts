import { openConnection } from '#jobs/worker/connections.ts'
import type { JobServices } from '#jobs/worker/job-kind.ts'
import { claimLooks, endLook, FILE_LOOK_LIMIT_MS, holdUntilOver } from '#lib/commands/inbox/look-for-files.ts'
import type { Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { FileLook, LookWay } from '#lib/db/inbox/file-looks.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

/** A connection that is asked for files, in the session of one round. */
export interface Asked {
  services: JobServices
  connection: string
  session: Session
}

/** One look. Answers what is wrong, in words; null: all was heard. */
type Ask = (asked: Asked, look: FileLook, signal: AbortSignal) => Promise<string | null>

/** Takes the looks of a connection of one way that are due, one after the other, each within its own time. What goes wrong with one of them holds up no other. */
export async function askForFiles(
  services: JobServices,
  { connection, way }: { connection: string; way: LookWay },
  ask: Ask,
): Promise<void> {
  const { ctx } = services
  const claimed = await claimLooks(ctx, connection, way)
  if (claimed === null) return
  const over = new AbortController()
  void holdUntilOver(ctx, claimed, over.signal)
  const left = new Set(claimed.looks)
  const end = async (look: FileLook, problem: string | null) => {
    left.delete(look)
    await endLook(ctx, claimed, look, problem)
  }
  try {
    const opened = await openConnection(services, connection, services.signal)
    await withSession(opened.connector, opened.connection, async (session) => {
      for (const look of claimed.looks) await end(look, await askWithin({ services, connection, session }, look, ask))
    })
  } catch (error) {
    if (!services.signal.aborted) ctx.log.warn('a connection could not be asked for files', { connection, error: toInternalMessage(error) })
    for (const look of left) await endLook(ctx, claimed, look, because(services.signal, error))
  } finally {
    over.abort()
  }
}

function limitOf({ ctx }: JobServices, over: AbortSignal): AbortSignal {
  const limit = new AbortController()
  const publicMessage = `Looking for files took longer than ${formatDuration(FILE_LOOK_LIMIT_MS)}.`
  void ctx.clock.sleep(FILE_LOOK_LIMIT_MS, over).then(() => over.aborted || limit.abort(new TidemarkError('timeout', { publicMessage })))
  return limit.signal
}

/** What broke it off says more than what that made of it. */
function because(signal: AbortSignal, error: unknown): string {
  return toPublicMessage(signal.aborted ? signal.reason : error)
}

async function askWithin(asked: Asked, look: FileLook, ask: Ask): Promise<string | null> {
  const { services, connection } = asked
  const over = new AbortController()
  const signal = AbortSignal.any([services.signal, limitOf(services, over.signal)])
  try {
    return await ask(asked, look, signal)
  } catch (error) {
    if (!services.signal.aborted) {
      const { way, place } = look
      services.ctx.log.warn('files could not be looked for', { connection, way, place, error: toInternalMessage(error) })
    }
    return because(signal, error)
  } finally {
    over.abort()
  }
}

/** What a connection cannot do at all. */
export function cannotLook(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}
