import { startAirflow } from '#demo/startup/airflow.ts'
import airflowConnector from '#lib/connectors/airflow.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const PASSWORD = 'hush-never-shown'

/** An Airflow of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginAirflowWorld(now: string, api: 'v1' | 'v2') {
  const clock = new HurriedClock(now)
  const { airflow, url, close } = await startAirflow(PASSWORD, api === 'v2')
  airflow.now = () => clock.now()
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = airflowConnector.settings.parse({ url, api, user: airflow.user, password: PASSWORD, ...own })
    const connection = { key: 'airflow', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(airflowConnector, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `airflow/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { airflow, url, clock, ask, look, end: close }
}
export type AirflowWorld = Awaited<ReturnType<typeof beginAirflowWorld>>
