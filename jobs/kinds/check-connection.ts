import { z } from 'zod'
import { checkConnection } from '#jobs/check-connection.ts'
import { readWritten, toTools } from '#jobs/connections.ts'
import { defineJobKind } from '#jobs/job-kind.ts'
import { claimCheck } from '#lib/commands/claim-check.ts'
import { recordCheck } from '#lib/commands/record-check.ts'
import { lookAtReferences } from '#lib/platform/secret-sight.ts'

/** A check of a connection is due: can we get in, as it is set up now, and where are its secrets? */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 4,
  async run(services, { connection }) {
    if (!(await claimCheck(services.ctx, connection))) return
    const written = await readWritten(services, connection)
    const health = await checkConnection(toTools(services), connection, written, services.signal)
    const references = lookAtReferences(written.settings, services, services.fingerprintKey)
    await recordCheck(services.ctx, { connection, health, references })
  },
})
