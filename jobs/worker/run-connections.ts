import { checkAgain } from '#lib/commands/probes/connection-checks.ts'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import { isConnectionFailing, noteRunDidNotGetIn } from '#lib/db/catalogue/connections.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide, toPublicMessage } from '#lib/platform/errors.ts'
import { type OpenConnection, openConnection } from './connections.ts'
import type { JobServices } from './job-kind.ts'

interface RunConnections {
  extract(key: string, request: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<unknown>
  deliver(key: string, delivery: Delivery, signal: AbortSignal): Promise<Delivered>
}

/** A run's connections, each read and its references resolved once, however many questions a flow asks. One that refused us is opened
 * again for the next question, since its password may have changed. */
export function runConnections(services: JobServices): RunConnections {
  const opened = new Map<string, Promise<OpenConnection>>()
  const proven = new Set<string>()

  async function open(key: string, signal: AbortSignal): Promise<OpenConnection> {
    const opening = opened.get(key) ?? openConnection(services, key, signal)
    opened.set(key, opening)
    try {
      const { connector, connection } = await opening
      return { connector, connection: { ...connection, signal } }
    } catch (error) {
      opened.delete(key)
      throw error
    }
  }
  async function noteSuccess(key: string): Promise<void> {
    if (proven.has(key)) return
    proven.add(key)
    await checkIfFailing(services, key)
  }
  async function noteFailure(key: string, error: unknown): Promise<void> {
    if (!isSystemWide(error)) return
    opened.delete(key)
    proven.delete(key)
    await noteRunDidNotGetIn(services.ctx.pool, key, services.ctx.clock.now(), toPublicMessage(error)).catch(() => {})
  }
  return {
    async *extract(key, request, signal) {
      const { connector, connection } = await open(key, signal)
      if (!connector.extract) throw cannot(`Nothing can be read from ${key}: its connector only watches.`)
      try {
        yield* connector.extract(connection, request)
      } catch (error) {
        await noteFailure(key, error)
        throw error
      }
      await noteSuccess(key)
    },
    async deliver(key, delivery, signal) {
      const { connector, connection } = await open(key, signal)
      if (!connector.deliver) throw cannot(`Nothing can be delivered to ${key}: its connector does not take files.`)
      try {
        const delivered = await connector.deliver(connection, delivery)
        await noteSuccess(key)
        return delivered
      } catch (error) {
        await noteFailure(key, error)
        throw error
      }
    },
  }
}

function cannot(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}

/** A run got in where the last check did not: what is shown must be what was tried last. */
async function checkIfFailing({ ctx }: JobServices, key: string): Promise<void> {
  const isFailing = await isConnectionFailing(ctx.pool, key).catch(() => false)
  if (isFailing) await checkAgain(ctx, key).catch(() => {})
}
