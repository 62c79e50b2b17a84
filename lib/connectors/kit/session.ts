import { toInternalMessage } from '#lib/platform/errors.ts'
import type { Connection, Connector, Session } from './connector.ts'

/** Opens a session, hands it to `work` and closes it, however that ends. */
export async function withSession<S, T>(
  connector: Pick<Connector<S>, 'open'>,
  connection: Connection<S>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connector.open(connection)
  try {
    return await work(session)
  } finally {
    await closeSession(session, connection)
  }
}

/** Closes a session; that it could not leave in good order changes nothing about what it did. */
export async function closeSession(session: Session, { log }: Pick<Connection<unknown>, 'log'>): Promise<void> {
  await session.close?.().catch((error: unknown) => log.debug('a session could not be closed', { error: toInternalMessage(error) }))
}

/** The connection as one question sees it, which may be broken off alone. */
export function forQuestion<S>(connection: Connection<S>, signal: AbortSignal | undefined): Connection<S> {
  return signal === undefined ? connection : { ...connection, signal }
}

/** The client of one session: loaded when it asks the first question. */
export class SessionClient<T> {
  readonly #load: () => Promise<T>
  readonly #leave: (client: T) => void
  #loading: Promise<T> | undefined

  constructor(load: () => Promise<T>, leave: (client: T) => void = () => {}) {
    this.#load = load
    this.#leave = leave
  }

  client(): Promise<T> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** Leaves what was loaded; one that could not be has nothing to leave. */
  async close(): Promise<void> {
    const loaded = await this.#loading?.catch(() => undefined)
    if (loaded !== undefined) this.#leave(loaded)
  }
}
