import { startSnapLogicRuntimes } from '#demo/startup/snaplogic-runtimes.ts'
import runtimesConnector from '#lib/connectors/snaplogic-runtimes.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'
const TOKEN = 'token-of-the-task'

/** A SnapLogic of its own with a triggered task for `load`, and a connection to it. No time passes while it waits, but it is noted how long. */
export async function beginRuntimesWorld(now: string) {
  const { snaplogic, url, feed, close } = await startSnapLogicRuntimes(SECRET)
  snaplogic.tasks.set('projects/Admin/Nightly load', { project: 'projects/Admin', label: 'load', token: TOKEN })
  const tasks = { 'projects/Admin/load': { url: `${feed}projects/Admin/Nightly%20load`, token: TOKEN } }
  const world = jobWorld(runtimesConnector, now, { org: 'RIVERSIDE', url, user: 'tide', password: SECRET, tasks })
  snaplogic.now = () => world.clock.now()
  return { ...world, snaplogic, url, feed, end: close }
}
export type RuntimesWorld = Awaited<ReturnType<typeof beginRuntimesWorld>>
