import { startTableau } from '#demo/startup/tableau.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import { Turns, UNLIMITED } from '#lib/connectors/kit/turns.ts'
import type { TableauSettings } from '#lib/connectors/tableau/settings.ts'
import tableauConnector from '#lib/connectors/tableau.ts'
import { silentLog } from '#lib/platform/log.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** A site of Tableau of its own and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginTableauWorld(now: string) {
  const { tableau, url, close } = await startTableau(SECRET)
  const settings = { url, site: 'finance', tokenName: 'tidemark', tokenSecret: SECRET }
  const world = jobWorld(tableauConnector, now, settings)
  const { clock } = world
  tableau.now = () => clock.now()
  const turns = new Turns(clock, UNLIMITED)
  /** As a worker opens it: all that it opens share their turns. */
  function connect(own: Record<string, unknown> = {}): Connection<TableauSettings> {
    const parsed = tableauConnector.settings.parse({ ...settings, ...own })
    return { key: 'tableau', settings: parsed, clock, turns, log: silentLog, signal: new AbortController().signal }
  }
  return { ...world, tableau, url, connect, end: close }
}
export type TableauWorld = Awaited<ReturnType<typeof beginTableauWorld>>
