import { z } from 'zod'
import { type Asked, askForFiles, cannotLook } from '#jobs/worker/ask-for-files.ts'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { acceptFiles } from '#lib/commands/inbox/accept-files.ts'
import { listFlowsListing } from '#lib/commands/inbox/look-for-files.ts'
import { batch } from '#lib/engine/run/batch.ts'

const BATCH = 1000

/** Lists the places of a connection in which flows wait for files. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 16,
  run: (services, { connection }) =>
    askForFiles(services, { connection, way: 'listing' }, (asked, { place }, signal) => list(asked, place, signal)),
})

async function list({ services, connection, session }: Asked, place: string, signal: AbortSignal): Promise<null> {
  if (session.files === undefined) throw cannotLook(`Files of ${connection} cannot be listed: its connector keeps none.`)
  const flows = await listFlowsListing(services.ctx, connection, place)
  for await (const files of batch(session.files(place, signal), BATCH)) {
    for (const flow of flows) await acceptFiles(services.ctx, flow, connection, files)
    signal.throwIfAborted()
  }
  return null
}
