import { startRedash } from '#demo/startup/redash.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import redashConnector from '#lib/connectors/redash.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** A Redash of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginRedashWorld(now: string) {
  const clock = new HurriedClock(now)
  const { redash, url, close } = await startRedash(SECRET)
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = redashConnector.settings.parse({ url, apiKey: SECRET, ...own })
    const connection = { key: 'redash', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(redashConnector, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `redash/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { redash, url, clock, ask, look, end: close }
}
export type RedashWorld = Awaited<ReturnType<typeof beginRedashWorld>>
