import { z } from 'zod'
import { checkConnection } from '#jobs/worker/check-connection.ts'
import { readWritten, toTools } from '#jobs/worker/connections.ts'
import { defineJobKind } from '#jobs/worker/job-kind.ts'
import { claimCheck, recordCheck } from '#lib/commands/probes/connection-checks.ts'
import { fingerprintReferences } from '#lib/platform/secrets/secret-fingerprint.ts'

/** Checks a connection as it is set up now, and notes where its secrets are. */
export default defineJobKind({
  input: z.object({ connection: z.string() }),
  key: ({ connection }) => connection,
  parallel: 4,
  async run(services, { connection }) {
    if (!(await claimCheck(services.ctx, connection))) return
    const written = await readWritten(services, connection)
    const health = await checkConnection(toTools(services), connection, written, services.signal)
    const references = fingerprintReferences(written.settings, services, services.fingerprintKey)
    await recordCheck(services.ctx, { connection, health, references })
  },
})
