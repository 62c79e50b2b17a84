import { type Redact, redactError, redactedLog } from '#lib/platform/secrets/redaction.ts'
import type { Connection, Connector, Found, Observation } from './connector.ts'

/** The connector with secrets removed from its errors and their causes, observations, details and log. Rows pass as they are. */
export function guarded<S>(connector: Connector<S>, redact: Redact): Connector<S> {
  const { check, discover, observe, extract, deliver } = connector
  const quiet = (connection: Connection<S>) => ({ ...connection, log: redactedLog(connection.log, redact) })
  return {
    ...connector,
    check: (connection) =>
      once(redact, async () => {
        const health = await check.call(connector, quiet(connection))
        return { ...health, detail: redact(health.detail) }
      }),
    ...(discover && {
      discover: (connection, zone) => each<Found>(redact, () => discover.call(connector, quiet(connection), zone)),
    }),
    ...(observe && {
      observe: (connection, assets) =>
        each<Observation>(
          redact,
          () => observe.call(connector, quiet(connection), assets),
          (seen) => cleanObservation(seen, redact),
        ),
    }),
    ...(extract && {
      extract: (connection, request) => each<unknown>(redact, () => extract.call(connector, quiet(connection), request)),
    }),
    ...(deliver && {
      deliver: (connection, delivery) =>
        once(redact, async () => ({ detail: redact((await deliver.call(connector, quiet(connection), delivery)).detail) })),
    }),
  }
}

function cleanObservation(seen: Observation, redact: Redact): Observation {
  if (!seen.ok) return { ...seen, publicMessage: redact(seen.publicMessage), message: redact(seen.message) }
  return {
    ...seen,
    evidence: { ...seen.evidence, detail: redact(seen.evidence.detail) },
    warnings: seen.warnings.map(redact),
  }
}

async function once<T>(redact: Redact, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw redactError(error, redact)
  }
}

async function* each<T>(redact: Redact, source: () => AsyncIterable<T>, clean = (item: T) => item): AsyncGenerator<T> {
  try {
    for await (const item of source()) yield clean(item)
  } catch (error) {
    throw redactError(error, redact)
  }
}
