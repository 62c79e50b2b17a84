import { startSnapLogicRuntimes } from '#demo/startup/snaplogic-runtimes.ts'
import type { Connection } from '#lib/connectors/kit/connector.ts'
import type { RuntimesSettings } from '#lib/connectors/snaplogic-runtimes/settings.ts'
import runtimesConnector from '#lib/connectors/snaplogic-runtimes.ts'
import { silentLog } from '#lib/platform/log.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'
const TOKEN = 'token-of-the-task'

/** A SnapLogic of its own with a triggered task for `load`, and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginRuntimesWorld(now: string) {
  const { snaplogic, url, feed, close } = await startSnapLogicRuntimes(SECRET)
  snaplogic.tasks.set('projects/Admin/Nightly load', { project: 'projects/Admin', label: 'load', token: TOKEN })
  const tasks = { 'projects/Admin/load': { url: `${feed}projects/Admin/Nightly%20load`, token: TOKEN } }
  const settings = { org: 'RIVERSIDE', url, user: 'tide', password: SECRET, tasks }
  const world = jobWorld(runtimesConnector, now, settings)
  const { clock } = world
  snaplogic.now = () => clock.now()
  const connect = (signal: AbortSignal): Connection<RuntimesSettings> => {
    return { key: 'snaplogic-runtimes', settings: runtimesConnector.settings.parse(settings), clock, log: silentLog, signal }
  }
  return { ...world, snaplogic, url, feed, connect, end: close }
}
export type RuntimesWorld = Awaited<ReturnType<typeof beginRuntimesWorld>>
