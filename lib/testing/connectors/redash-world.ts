import { startRedash } from '#demo/startup/redash.ts'
import redashConnector from '#lib/connectors/redash.ts'
import { jobWorld } from './job-world.ts'

const SECRET = 'hush-never-shown'

/** A Redash of its own and a connection to it, with what is known of its runs. No time passes while it waits, but it is noted how long. */
export async function beginRedashWorld(now: string) {
  const { redash, url, close } = await startRedash(SECRET)
  const world = jobWorld(redashConnector, now, { url, apiKey: SECRET })
  return { ...world, redash, url, end: close }
}
export type RedashWorld = Awaited<ReturnType<typeof beginRedashWorld>>
