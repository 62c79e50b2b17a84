import { requestCheck } from '#lib/commands/probes/request-check.ts'
import type { Delivered, Delivery } from '#lib/connectors/kit/connector.ts'
import { isConnectionFailing, noteRunDidNotGetIn } from '#lib/db/catalogue/connections.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide, toPublicMessage } from '#lib/platform/errors.ts'
import { type OpenConnection, openConnection } from './connections.ts'
import type { JobServices } from './job-kind.ts'

/** What a flow reads from and delivers to while it runs. */
export interface RunConnections {
  /** Records of a connection. */
  extract(key: string, request: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<unknown>
  /** Hands a file over to a connection. */
  deliver(key: string, delivery: Delivery, signal: AbortSignal): Promise<Delivered>
}

/**
 * The connections of one run: each is read from the catalogue, and its references resolved, once, however many questions a flow asks. One
 * that let nobody in is opened anew for the next question: a password changed meanwhile counts.
 */
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

/** A run that got in where nobody did before has it checked: what is shown of a connection is what was tried last. */
async function checkIfFailing({ ctx }: JobServices, key: string): Promise<void> {
  const isFailing = await isConnectionFailing(ctx.pool, key).catch(() => false)
  if (isFailing) await requestCheck(ctx, { connection: key }).catch(() => {})
}
