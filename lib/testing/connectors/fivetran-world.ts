import { startFivetran } from '#demo/startup/fivetran.ts'
import fivetranConnector from '#lib/connectors/fivetran.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import type { KnownRun } from '#lib/domain/runs/external-run.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** A Fivetran of its own and a connection to it, with what is known of its runs. No time passes while it waits, but it is noted how long. */
export async function beginFivetranWorld(now: string) {
  const clock = new HurriedClock(now)
  const { fivetran, url, close } = await startFivetran(SECRET)
  const known: KnownRun[] = []
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = fivetranConnector.settings.parse({ url, apiKey: fivetran.key, apiSecret: SECRET, ...own })
    const connection = {
      key: 'fivetran',
      settings,
      clock,
      log: silentLog,
      signal: new AbortController().signal,
      knownRuns: async () => known,
    }
    return withSession(fivetranConnector, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `fivetran/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { fivetran, url, clock, known, ask, look, end: close }
}
export type FivetranWorld = Awaited<ReturnType<typeof beginFivetranWorld>>
