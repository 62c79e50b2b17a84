import { startDataFactory } from '#demo/startup/adf.ts'
import adf from '#lib/connectors/adf.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** A data factory of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginFactoryWorld(now: string) {
  const clock = new HurriedClock(now)
  const { factory, url, close } = await startDataFactory(SECRET)
  factory.now = () => clock.now()
  const of = { subscription: 'one', resourceGroup: 'data', factory: 'loads', url, authority: url }
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = adf.settings.parse({ ...of, tenant: 'example', clientId: 'tidemark', clientSecret: SECRET, ...own })
    const connection = { key: 'adf', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(adf, connection, question)
  }
  const look = (paths: readonly string[], own: Record<string, unknown> = {}): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `adf/${path}`, path, settings: {}, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { factory, url, clock, ask, look, end: close }
}
export type FactoryWorld = Awaited<ReturnType<typeof beginFactoryWorld>>
