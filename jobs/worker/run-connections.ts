import { checkAgain } from '#lib/commands/probes/connection-checks.ts'
import type { Delivered, Delivery, Session } from '#lib/connectors/kit/connector.ts'
import { closeSession } from '#lib/connectors/kit/session.ts'
import { isConnectionFailing, noteRunDidNotGetIn } from '#lib/db/catalogue/connections.ts'
import { TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide, toPublicMessage } from '#lib/platform/errors.ts'
import { openConnection } from './connections.ts'
import type { JobServices } from './job-kind.ts'

interface RunConnections {
  extract(key: string, request: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<unknown>
  deliver(key: string, delivery: Delivery, signal: AbortSignal): Promise<Delivered>
  /** Signs out everywhere; asked at the run's end, however it ends. */
  close(): Promise<void>
}

/** A run's connections: one session each, its references resolved once, however many questions a flow asks. One that refused us is opened
 * again for the next question, since its password may have changed. */
export function runConnections(services: JobServices, signal: AbortSignal): RunConnections {
  const opened = new Map<string, Promise<Session>>()
  const toClose: (() => Promise<void>)[] = []
  const proven = new Set<string>()
  let isOver = false

  async function openOnce(key: string): Promise<Session> {
    const { connector, connection } = await openConnection(services, key, signal)
    if (isOver) throw cannot(`Nothing is asked of ${key} any more: the run is over.`)
    const session = connector.open(connection)
    toClose.push(() => closeSession(session, connection))
    return session
  }
  async function open(key: string): Promise<Session> {
    const opening = opened.get(key) ?? openOnce(key)
    opened.set(key, opening)
    try {
      return await opening
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
    async *extract(key, request, own) {
      const session = await open(key)
      if (!session.extract) throw cannot(`Nothing can be read from ${key}: its connector only watches.`)
      try {
        yield* session.extract(request, own)
      } catch (error) {
        await noteFailure(key, error)
        throw error
      }
      await noteSuccess(key)
    },
    async deliver(key, delivery, own) {
      const session = await open(key)
      if (!session.deliver) throw cannot(`Nothing can be delivered to ${key}: its connector does not take files.`)
      try {
        const delivered = await session.deliver(delivery, own)
        await noteSuccess(key)
        return delivered
      } catch (error) {
        await noteFailure(key, error)
        throw error
      }
    },
    async close() {
      isOver = true
      opened.clear()
      await Promise.all(toClose.splice(0).map((leave) => leave()))
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
