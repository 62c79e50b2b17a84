import { z } from 'zod'
import { type Asked, askForFiles, cannotLook } from '#jobs/worker/ask-for-files.ts'
import { defineJobKind, type JobServices } from '#jobs/worker/job-kind.ts'
import { noteUnreadable, takeMessage } from '#lib/commands/inbox/take-message.ts'
import type { ToldFiles } from '#lib/connectors/kit/files.ts'
import { toInternalMessage } from '#lib/platform/errors.ts'

/** Empties the queue of a connection, of files and of what else flows wait for. No listing, which may take minutes, has its room. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 8,
  run: (services, { connection }) => askForFiles(services, { connection, way: 'queue' }, (asked, _, signal) => emptyQueue(asked, signal)),
})

async function emptyQueue({ services, connection, session }: Asked, signal: AbortSignal): Promise<string | null> {
  if (session.fileMessages === undefined) throw cannotLook(`${connection} has no queue. Name it in the settings of the connection.`)
  let unreadable = 0
  let last = ''
  for await (const message of session.fileMessages(signal)) {
    const end = await takeMessage(services.ctx, connection, message).catch(async (error: unknown) => {
      await message.giveBack().catch(() => {})
      throw error
    })
    if (end.kind === 'taken') await takeOff(services, connection, message)
    else await message.giveBack()
    if (end.kind === 'full') return 'So many runs wait already that messages stay in the queue for now.'
    if (end.kind === 'unreadable') {
      const { problem } = end
      await noteUnreadable(services.ctx, connection, { problem, tries: message.tries })
      unreadable += 1
      last = problem
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
