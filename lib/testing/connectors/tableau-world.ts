import { startTableau } from '#demo/startup/tableau.ts'
import type { Connection, Observation, Session } from '#lib/connectors/kit/connector.ts'
import { withSession } from '#lib/connectors/kit/session.ts'
import { Turns } from '#lib/connectors/kit/turns.ts'
import type { TableauSettings } from '#lib/connectors/tableau/settings.ts'
import tableauConnector from '#lib/connectors/tableau.ts'
import { silentLog } from '#lib/platform/log.ts'
import { HurriedClock } from '#lib/testing/clock/hurried-clock.ts'

const SECRET = 'hush-never-shown'

/** A site of Tableau of its own and a connection to it, whose sessions share their turns. No time passes while it waits, but it is noted how long. */
export async function beginTableauWorld(now: string) {
  const clock = new HurriedClock(now)
  const turns = new Turns(clock, { atOnce: 4, perMinute: null })
  const { tableau, url, close } = await startTableau(SECRET)
  tableau.now = () => clock.now()
  function connect(own: Record<string, unknown> = {}): Connection<TableauSettings> {
    const settings = tableauConnector.settings.parse({ url, site: 'finance', tokenName: 'tidemark', tokenSecret: SECRET, ...own })
    return { key: 'tableau', settings, clock, turns, log: silentLog, signal: new AbortController().signal }
  }
  function ask<T>(question: (session: Session) => Promise<T>, own: Record<string, unknown> = {}): Promise<T> {
    return withSession(tableauConnector, connect(own), question)
  }
  const look = (
    paths: readonly string[],
    own: Record<string, unknown> = {},
    settings: Record<string, unknown> = {},
  ): Promise<Observation[]> => {
    const assets = paths.map((path) => ({ key: `tableau/${path}`, path, settings, previous: null }))
    return ask((session) => Array.fromAsync(session.observe?.(assets) ?? []), own)
  }
  return { tableau, url, clock, connect, ask, look, end: close }
}
export type TableauWorld = Awaited<ReturnType<typeof beginTableauWorld>>
