import { startPrefect } from '#demo/startup/prefect.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import prefectConnector from '#lib/connectors/prefect.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const PASSWORD = 'hush-never-shown'

/** A Prefect of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginPrefectWorld(now: string) {
  const clock = new HurriedClock(now)
  const { prefect, url, close } = await startPrefect(PASSWORD)
  prefect.now = () => clock.now()
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = prefectConnector.settings.parse({ url, auth: 'basic', user: prefect.user, password: PASSWORD, ...own })
    const connection = { key: 'prefect', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(prefectConnector, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `prefect/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { prefect, url, clock, ask, look, end: close }
}
export type PrefectWorld = Awaited<ReturnType<typeof beginPrefectWorld>>
