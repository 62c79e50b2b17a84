import { startAirbyte } from '#demo/startup/airbyte.ts'
import airbyteConnector from '#lib/connectors/airbyte.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** An Airbyte of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginAirbyteWorld(now: string) {
  const clock = new HurriedClock(now)
  const { airbyte, url, close } = await startAirbyte(SECRET)
  airbyte.now = () => clock.now()
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = airbyteConnector.settings.parse({ url, clientId: airbyte.clientId, clientSecret: SECRET, ...own })
    const connection = { key: 'airbyte', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(airbyteConnector, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `airbyte/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { airbyte, url, clock, ask, look, end: close }
}
export type AirbyteWorld = Awaited<ReturnType<typeof beginAirbyteWorld>>
