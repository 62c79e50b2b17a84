import { startMetabase } from '#demo/startup/metabase.ts'
import type { Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import metabaseConnector from '#lib/connectors/metabase.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** A Metabase of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginMetabaseWorld(now: string) {
  const clock = new HurriedClock(now)
  const { metabase, url, close } = await startMetabase(SECRET)
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    const settings = metabaseConnector.settings.parse({ url, apiKey: SECRET, ...own })
    const connection = { key: 'metabase', settings, clock, log: silentLog, signal: new AbortController().signal }
    return withSession(metabaseConnector, connection, question)
  }
  const look = (
    paths: readonly string[],
    own: Record<string, unknown> = {},
    settings: Record<string, unknown> = {},
  ): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `metabase/${path}`, path, settings, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { metabase, url, clock, ask, look, end: close }
}
export type MetabaseWorld = Awaited<ReturnType<typeof beginMetabaseWorld>>
