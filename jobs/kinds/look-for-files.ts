import { z } from 'zod'
import { openConnection } from '#jobs/worker/connections.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { acceptFiles } from '#lib/commands/inbox/accept-files.ts'
import { claimLooks, endLook, FILE_LOOK_LIMIT_MS, holdUntilOver, listFlowsListing } from '#lib/commands/inbox/look-for-files.ts'
import { noteUnreadable, takeMessage } from '#lib/commands/inbox/take-message.ts'
import type { Session } from '#lib/connectors/kit/connector.ts'
import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { type FileLook, LOOK_WAYS } from '#lib/db/inbox/file-looks.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { formatDuration } from '#lib/domain/wording/durations.ts'
import { batch } from '#lib/engine/run/batch.ts'
import { toInternalMessage, toPublicMessage } from '#lib/platform/errors.ts'

const BATCH = 1000

interface Asked {
  services: JobServices
  connection: string
  session: Session
}

/**
 * Asks a connection for files that flows wait for: lists places, or empties its queue, which waits for no listing. What goes wrong with one of them holds up
 * no other.
 */
export default defineJobKind({
  input: z.object({ connection: z.string(), way: z.enum(LOOK_WAYS) }),
  key: ({ connection, way }) => `${connection} ${way}`,
  parallel: 16,
  async run(services, { connection, way }) {
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
        for (const look of claimed.looks) await end(look, await askWithin({ services, connection, session }, look))
      })
    } catch (error) {
      if (!services.signal.aborted)
        ctx.log.warn('a connection could not be asked for files', { connection, error: toInternalMessage(error) })
      for (const look of left) await endLook(ctx, claimed, look, because(services.signal, error))
    } finally {
      over.abort()
    }
  },
})

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

/** One look within its time. Answers what is wrong, in words; null: all was heard. */
async function askWithin(asked: Asked, look: FileLook): Promise<string | null> {
  const over = new AbortController()
  const signal = AbortSignal.any([asked.services.signal, limitOf(asked.services, over.signal)])
  return ask(asked, look, signal).finally(() => over.abort())
}

async function ask(asked: Asked, look: FileLook, signal: AbortSignal): Promise<string | null> {
  const { services, connection } = asked
  try {
    return look.way === 'listing' ? await list(asked, look.place, signal) : await emptyQueue(asked, signal)
  } catch (error) {
    if (!services.signal.aborted) {
      const { way, place } = look
      services.ctx.log.warn('files could not be looked for', { connection, way, place, error: toInternalMessage(error) })
    }
    return because(signal, error)
  }
}

async function list({ services, connection, session }: Asked, place: string, signal: AbortSignal): Promise<null> {
  if (session.files === undefined) throw cannot(`Files of ${connection} cannot be listed: its connector keeps none.`)
  const flows = await listFlowsListing(services.ctx, connection, place)
  for await (const files of batch(session.files(place, signal), BATCH)) {
    for (const flow of flows) await acceptFiles(services.ctx, flow, connection, files)
    signal.throwIfAborted()
  }
  return null
}

async function emptyQueue({ services, connection, session }: Asked, signal: AbortSignal): Promise<string | null> {
  if (session.fileMessages === undefined) throw cannot(`${connection} has no queue. Name it in the settings of the connection.`)
  let unreadable = 0
  let last = ''
  for await (const message of session.fileMessages(signal)) {
    const end = await takeMessage(services.ctx, connection, message.body).catch(async (error: unknown) => {
      await message.giveBack().catch(() => {})
      throw error
    })
    if (end.kind === 'taken') await takeOff(services, connection, message)
    else await message.giveBack()
    if (end.kind === 'full') return 'So many runs wait already that messages stay in the queue for now.'
    if (end.kind === 'unreadable') {
      if (message.tries === 1) await noteUnreadable(services.ctx, connection, end.problem)
      unreadable += 1
      last = end.problem
    }
  }
  if (unreadable === 0) return null
  return `${unreadable} ${unreadable === 1 ? 'message' : 'messages'} of the queue could not be read whole and went back into it. ${last}`
}

/** Its rows are committed: one that the queue hands out again is known. */
async function takeOff({ ctx }: JobServices, connection: string, message: ToldFiles): Promise<void> {
  await message.done().catch((error: unknown) => {
    ctx.log.warn('a message could not be taken off its queue', { connection, error: toInternalMessage(error) })
  })
}

function cannot(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}
