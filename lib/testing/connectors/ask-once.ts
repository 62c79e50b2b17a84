import type {
  Connection,
  Connector,
  Delivered,
  Delivery,
  Found,
  Health,
  Observation,
  ObservedAsset,
  Session,
} from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { toPublicMessage } from '#lib/platform/errors.ts'

interface AskedOnce<S> extends Connector<S> {
  check(connection: Connection<S>): Promise<Health>
  discover(connection: Connection<S>, zone?: string): AsyncGenerator<Found>
  observe(connection: Connection<S>, assets: readonly ObservedAsset[]): AsyncGenerator<Observation>
  extract(connection: Connection<S>, request: Record<string, unknown>): AsyncGenerator<unknown>
  deliver(connection: Connection<S>, delivery: Delivery): Promise<Delivered>
}

/** A connector whose every question has a session of its own, closed after it. */
export function askOnce<S>(connector: Connector<S>): AskedOnce<S> {
  const { kind } = connector
  return {
    ...connector,
    check: (connection) => withSession(connector, connection, (session) => session.check()),
    deliver: (connection, delivery) => withSession(connector, connection, (session) => able(kind, session.deliver)(delivery)),
    discover: (connection, zone = 'UTC') => inSession(connector, connection, (session) => able(kind, session.discover)(zone)),
    observe: (connection, assets) => inSession(connector, connection, (session) => able(kind, session.observe)(assets)),
    extract: (connection, request) => inSession(connector, connection, (session) => able(kind, session.extract)(request)),
  }
}

async function* inSession<S, T>(
  connector: Connector<S>,
  connection: Connection<S>,
  ask: (session: Session) => AsyncIterable<T>,
): AsyncGenerator<T> {
  const session = await connector.open(connection)
  try {
    yield* ask(session)
  } finally {
    await session.close?.()
  }
}

function able<T>(kind: string, does: T | undefined): T {
  if (does === undefined) throw new Error(`the connector ${kind} does not do that`)
  return does
}

/** The paths that a discovery tells, and why it was not whole; null: it was. */
export async function foundUntilEnd(found: AsyncIterable<Found> | Iterable<Found>): Promise<{ paths: string[]; problem: string | null }> {
  const paths: string[] = []
  try {
    for await (const { path } of found) paths.push(path)
    return { paths, problem: null }
  } catch (error) {
    return { paths, problem: toPublicMessage(error) }
  }
}
