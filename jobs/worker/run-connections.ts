import { checkAgain } from '#lib/commands/probes/connection-checks.ts'
import type { Connection, Delivered, Delivery, Session } from '#lib/connectors/kit/connector.ts'
import type { OpenedFile, StoredFile, WantedFile } from '#lib/connectors/kit/files.ts'
import { aroundBuild, type IndexBuild, type WantedBuild } from '#lib/connectors/kit/index-build.ts'
import { closeSession, withSession } from '#lib/connectors/kit/session.ts'
import { KeptTickets } from '#lib/connectors/kit/starting/kept-tickets.ts'
import type { Writing, Written } from '#lib/connectors/kit/write.ts'
import { isConnectionFailing, noteRunDidNotGetIn } from '#lib/db/catalogue/connections.ts'
import { isTidemarkError, TidemarkError } from '#lib/domain/tidemark-error.ts'
import { isSystemWide, toPublicMessage } from '#lib/platform/errors.ts'
import { openConnection } from './connections.ts'
import type { JobServices } from './job-kind.ts'

export interface RunConnections {
  extract(key: string, request: Record<string, unknown>, signal: AbortSignal): AsyncGenerator<unknown>
  deliver(key: string, delivery: Delivery, signal: AbortSignal): Promise<Delivered>
  openFile(key: string, file: WantedFile, signal: AbortSignal): Promise<OpenedFile>
  copyFile(key: string, file: StoredFile, to: string, signal: AbortSignal): Promise<StoredFile>
  write(key: string, writing: Writing, signal: AbortSignal): Promise<Written>
  buildIndex(key: string, wanted: WantedBuild, signal: AbortSignal): Promise<IndexBuild>
  /** Any other question; `work` may ask several. Over a session of its own, but one sign-in: what a session has listed it does not list again, and a run may last a day. */
  ask<T>(key: string, work: (session: Session) => Promise<T>): Promise<T>
  /** Signs out everywhere; asked at the run's end, however it ends. */
  close(): Promise<void>
}

/** A run's connections: one session each, its references resolved once, however many questions a flow asks. One that refused us is opened
 * again for the next question, since its password may have changed. */
export function runConnections(services: JobServices, signal: AbortSignal): RunConnections {
  const opened = new Map<string, Promise<Session>>()
  const toClose: (() => Promise<void>)[] = []
  const proven = new Set<string>()
  const tickets = new Map<string, KeptTickets>()
  let isOver = false

  function refuseOnceOver(key: string): void {
    if (isOver) throw cannot(`Nothing is asked of ${key} any more: the run is over.`)
  }
  async function openOnce(key: string): Promise<Session> {
    const { connector, connection } = await openConnection(services, key, signal).catch(notSetUp)
    const session = await connector.open(connection)
    refuseOnceOver(key)
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
  /** One question, and what becomes known by it. */
  async function noted<T>(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      const answer = await ask()
      await noteSuccess(key)
      return answer
    } catch (error) {
      await noteFailure(key, error)
      throw error
    }
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
    ...fileQuestions({ open, noted, noteFailure }),
    async buildIndex(key, wanted, own) {
      const build = (await open(key)).buildIndex?.(wanted, own)
      if (!build) throw cannot(`No index can be built in ${key}: its connector builds none.`)
      return aroundBuild(build, (step) => noted(key, step))
    },
    async ask(key, work) {
      const { connector, connection } = await openConnection(services, key, signal)
      // Nobody would give back what it signs in to.
      refuseOnceOver(key)
      return noted(key, () => withSession(connector, { ...connection, tickets: ticketsOf(connection, tickets) }, work))
    },
    async close() {
      isOver = true
      opened.clear()
      await Promise.all([...toClose.splice(0).map((leave) => leave()), ...[...tickets.values()].map((kept) => kept.close())])
    },
  }
}

/** Of a connection as it is set up now: what was signed in to is asked by it, and nobody else. */
function ticketsOf({ key, settings }: Connection<unknown>, tickets: Map<string, KeptTickets>): KeptTickets {
  const setUp = JSON.stringify([key, settings])
  const known = tickets.get(setUp) ?? new KeptTickets()
  tickets.set(setUp, known)
  return known
}

interface Asking {
  open(key: string): Promise<Session>
  noted<T>(key: string, ask: () => Promise<T>): Promise<T>
  noteFailure(key: string, error: unknown): Promise<void>
}

function fileQuestions({ open, noted, noteFailure }: Asking): Pick<RunConnections, 'deliver' | 'openFile' | 'copyFile' | 'write'> {
  async function* notedBytes(key: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* bytes
    } catch (error) {
      await noteFailure(key, error)
      throw error
    }
  }
  return {
    async deliver(key, delivery, own) {
      const session = await open(key)
      const deliver = session.deliver?.bind(session)
      if (!deliver) throw cannot(`Nothing can be delivered to ${key}: its connector does not take files.`)
      return noted(key, () => deliver(delivery, own))
    },
    async openFile(key, file, own) {
      const session = await open(key)
      const openFile = session.openFile?.bind(session)
      if (!openFile) throw cannot(`No file can be read from ${key}: its connector keeps none.`)
      const { bytes, ...opened } = await noted(key, () => openFile(file, own))
      return { ...opened, bytes: notedBytes(key, bytes) }
    },
    async copyFile(key, file, to, own) {
      const session = await open(key)
      const copyFile = session.copyFile?.bind(session)
      if (!copyFile) throw cannot(`No file can be copied within ${key}: its connector does not do that.`)
      return noted(key, () => copyFile(file, to, own))
    },
    async write(key, writing, own) {
      const session = await open(key)
      const write = session.write?.bind(session)
      if (!write) throw cannot(`No rows can be written to ${key}: its connector takes none.`)
      return noted(key, () => write(writing, own))
    },
  }
}

/** A connection that is not set up right, such as one without its secret, answers nothing: whatever is asked of it is not to blame. */
function notSetUp(error: unknown): never {
  if (!isTidemarkError(error) || error.code !== 'invalid') throw error
  const { code, publicMessage, message } = error
  throw new TidemarkError(code, { publicMessage, message, systemWide: true, cause: error })
}

function cannot(publicMessage: string): TidemarkError {
  return new TidemarkError('invalid', { publicMessage })
}

/** A run got in where the last check did not: what is shown must be what was tried last. */
async function checkIfFailing({ ctx }: JobServices, key: string): Promise<void> {
  const isFailing = await isConnectionFailing(ctx.pool, key).catch(() => false)
  if (isFailing) await checkAgain(ctx, key).catch(() => {})
}
